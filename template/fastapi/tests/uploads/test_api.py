from pathlib import Path

import pytest
from httpx2 import AsyncClient, Response

from app.state import State
from app.uploads import files
from tests.uploads.helpers import list_files

PATH = "/api/v1/uploads"
PDF = b"%PDF-1.7 and so on"
FORM = "multipart/form-data; boundary=b"


async def send(client: AsyncClient, content: bytes = PDF) -> Response:
    return await client.post(PATH, files={"file": ("é.html", content, "text/html")})


async def test_a_file_is_stored_downloaded_and_deleted(
    client: AsyncClient, directory: Path
) -> None:
    response = await send(client, PDF * 100_000)
    assert response.status_code == 201
    upload, path = response.json(), response.headers["Location"]
    assert path == f"{PATH}/{upload['id']}"
    assert (upload["name"], upload["type"]) == ("é.html", "application/pdf")
    assert (await client.get(path)).json() == upload
    assert (await client.get(PATH)).json()["uploads"] == [upload]
    download = await client.get(f"{path}/content")
    assert download.content == PDF * 100_000
    assert download.headers["Content-Type"] == "application/pdf"
    assert download.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in download.headers["Content-Security-Policy"]
    assert download.headers["X-Content-Type-Options"] == "nosniff"
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
    assert list_files(directory) == set()


async def test_the_newest_files_are_listed_first(
    client: AsyncClient, directory: Path
) -> None:
    ids = [(await send(client)).json()["id"] for _ in range(3)]
    page = (await client.get(PATH, params={"limit": 2})).json()
    query = {"cursor": page["next_cursor"]}
    rest = (await client.get(PATH, params=query)).json()
    assert [upload["id"] for upload in page["uploads"]] == [ids[2], ids[1]]
    assert [upload["id"] for upload in rest["uploads"]] == [ids[0]]
    assert rest["next_cursor"] is None
    assert len(list_files(directory)) == 3


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"", 400),
        (FORM, b"nonsense", 400),
        (FORM, b"--b--\r\n", 422),
    ],
)
async def test_other_bodies_are_refused(
    client: AsyncClient, content_type: str, body: bytes, status: int
) -> None:
    headers = {"Content-Type": content_type}
    response = await client.post(PATH, content=body, headers=headers)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"


async def test_a_file_over_the_quota_is_not_stored(
    client: AsyncClient,
    directory: Path,
    state: State,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(state["settings"], "upload_quota_bytes", len(PDF))
    assert (await send(client)).status_code == 201
    response = await send(client)
    assert (response.status_code, response.json()["code"]) == (409, "quota_exceeded")
    assert len((await client.get(PATH)).json()["uploads"]) == 1
    assert len(list_files(directory)) == 1


async def test_a_file_that_is_lost_is_not_found(
    client: AsyncClient, directory: Path
) -> None:
    path = (await send(client)).headers["Location"]
    await files.delete_file(directory / list_files(directory).pop())
    assert (await client.get(f"{path}/content")).status_code == 404


async def test_a_full_disk_leaves_no_part_of_a_file(
    client: AsyncClient, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    assert (await send(client)).status_code == 500
    assert list_files(directory) == set()
