import re
from pathlib import Path
from uuid import UUID

import pytest
from httpx2 import AsyncClient, Response

from app.state import State
from app.uploads.files import delete_file
from tests.uploads.helpers import list_files

PDF = b"%PDF-1.7 and so on"
pytestmark = pytest.mark.usefixtures("directory")


async def send(client: AsyncClient, content: bytes = PDF) -> Response:
    return await client.post("/uploads/", files={"file": ("<b>.pdf", content)})


async def test_a_file_is_uploaded_downloaded_and_deleted(
    client: AsyncClient, directory: Path
) -> None:
    assert "No files yet" in (await client.get("/uploads/")).text
    response = await send(client)
    assert (response.status_code, response.headers["Location"]) == (303, "/uploads/")
    page = (await client.get("/uploads/")).text
    assert "&lt;b&gt;.pdf” was uploaded." in page
    path, delete_path = re.findall(r'href="(/uploads/[^"]+)"', page)
    download = await client.get(path)
    assert download.content == PDF
    assert download.headers["Content-Disposition"].startswith("attachment;")
    assert "&lt;b&gt;.pdf" in (await client.get(delete_path)).text
    assert (await client.post(delete_path)).status_code == 303
    assert (await client.get(path)).status_code == 404
    assert list_files(directory) == set()


@pytest.mark.parametrize("files", [{"file": b"unknown"}, {"other": PDF}])
async def test_an_error_is_shown_at_the_field(
    client: AsyncClient, directory: Path, files: dict[str, bytes]
) -> None:
    response = await client.post("/uploads/", files=files)
    assert response.status_code == 422
    assert 'id="file-error"' in response.text
    assert 'aria-describedby="file-hint file-error"' in response.text
    assert list_files(directory) == set()


async def test_a_file_over_the_quota_is_not_stored(
    client: AsyncClient, state: State, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state["settings"], "upload_quota_bytes", len(PDF))
    assert (await send(client)).status_code == 303
    response = await send(client)
    assert response.status_code == 409
    assert "no room left" in response.text
    assert len(list_files(directory)) == 1


async def test_other_bodies_are_refused(client: AsyncClient) -> None:
    response = await client.post("/uploads/", data={"file": "text"})
    assert response.status_code == 415


async def test_a_file_that_is_lost_is_not_found(
    client: AsyncClient, directory: Path
) -> None:
    await send(client)
    name = list_files(directory).pop()
    await delete_file(directory / name)
    assert (await client.get(f"/uploads/{UUID(name)}")).status_code == 404


async def test_long_lists_are_divided_into_pages(client: AsyncClient) -> None:
    for _ in range(21):
        await send(client)
    page = (await client.get("/uploads/")).text
    rest = (await client.get("/uploads/?page=2")).text
    assert (page.count("/delete"), rest.count("/delete")) == (20, 1)
