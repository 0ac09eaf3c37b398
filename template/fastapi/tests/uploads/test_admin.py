from pathlib import Path

from httpx2 import AsyncClient

from app.accounts.models import User
from app.unit_of_work import UnitOfWork
from app.uploads.files import get_path
from app.uploads.models import Upload
from tests.uploads.helpers import list_files


async def test_staff_delete_files(
    admin: AsyncClient, staff: User, unit_of_work: UnitOfWork, directory: Path
) -> None:
    upload = Upload(owner_id=staff.id, name="a.pdf", type="application/pdf", size=0)
    unit_of_work.session.add(upload)
    await unit_of_work.commit()
    get_path(directory, upload.id).touch()
    assert "a.pdf" in (await admin.get("/admin/upload/list")).text
    await admin.delete(f"/admin/upload/delete?pks={upload.id}")
    assert "a.pdf" not in (await admin.get("/admin/upload/list")).text
    assert list_files(directory) == set()
