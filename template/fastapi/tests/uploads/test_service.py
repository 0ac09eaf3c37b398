import asyncio
import os
from io import BytesIO
from pathlib import Path
from unittest.mock import Mock

import pytest
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile

from app.errors import Refused
from app.settings import Settings, load_settings
from app.uploads import service, sweep
from app.uploads.models import Upload

PDF = b"%PDF-1.7 and so on"


def picture(kind: str, width: int = 3, height: int = 2) -> bytes:
    content = BytesIO()
    image = Image.new("L", (width, height))
    image.save(content, kind, save_all=kind == "MPO", append_images=[image])
    return content.getvalue()


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"uploads_dir": tmp_path})


async def add(
    session: AsyncSession, settings: Settings, content: bytes, name: str = "a.pdf"
) -> Upload:
    file = UploadFile(BytesIO(content), size=len(content), filename=name)
    return await service.add_upload(session, settings=settings, file=file)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (picture("GIF"), "image/gif"),
        (picture("JPEG"), "image/jpeg"),
        (picture("MPO"), "image/jpeg"),
        (picture("PNG", 5000, 5000), "image/png"),
    ],
)
async def test_a_file_is_what_is_in_it(
    session: AsyncSession, settings: Settings, content: bytes, kind: str
) -> None:
    upload = await add(session, settings, content, "page.html")
    assert (upload.type, upload.size) == (kind, len(content))
    kept = settings.uploads_dir / upload.id.hex
    assert kept.read_bytes() == content
    assert (await service.list_uploads(session)).uploads == [upload]
    await service.delete_upload(session, settings=settings, upload_id=upload.id)
    assert not kept.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", service.TypeRefused),
        (b"<script>alert(1)</script>", service.TypeRefused),
        (picture("WEBP"), service.TypeRefused),
        (picture("PNG")[:20], service.TypeRefused),
        (picture("PNG", 5000, 5001), service.TooManyPixels),
        (picture("PNG", 20000, 10000), service.TooManyPixels),
        (PDF + b"0" * 100, service.QuotaUsedUp),
    ],
)
async def test_what_is_refused_leaves_nothing(
    session: AsyncSession, settings: Settings, content: bytes, said: type[Refused]
) -> None:
    settings.upload_quota_bytes = 100
    with pytest.raises(said):
        await add(session, settings, content)
    assert (await service.list_uploads(session)).uploads == []
    assert not list(settings.uploads_dir.iterdir())


async def test_what_fails_half_way_leaves_nothing(
    session: AsyncSession, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", Mock(side_effect=OSError("No space left")))
    with pytest.raises(OSError, match="No space"):
        await add(session, settings, PDF)
    assert not list(settings.uploads_dir.iterdir())


async def test_sweeping_takes_what_no_row_names(
    session: AsyncSession, settings: Settings
) -> None:
    upload = await add(session, settings, PDF)
    (settings.uploads_dir / ("1" * 32)).touch()
    for name in (upload.id.hex, "0" * 32, "notes"):
        path = settings.uploads_dir / name
        path.touch()
        os.utime(path, (0, 0))
    assert await asyncio.to_thread(sweep.sweep, settings) == 1
    left = {path.name for path in settings.uploads_dir.iterdir()}
    assert left == {upload.id.hex, "1" * 32, "notes"}


def test_the_service_needs_its_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADS_DIR", "/dev/null/uploads")
    with pytest.raises(SystemExit, match="UPLOADS_DIR"):
        load_settings()
