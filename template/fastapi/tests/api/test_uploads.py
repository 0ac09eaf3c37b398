from urllib.parse import quote
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response

PATH = "/api/v1/uploads"
PDF = b"%PDF-1.7 and so on"


async def send(client: AsyncClient, content: bytes, name: str = "é.html") -> Response:
    return await client.post(PATH, files={"file": (name, content, "text/html")})


async def test_a_file_goes_in_and_comes_out(client: AsyncClient) -> None:
    response = await send(client, PDF * 100_000)
    assert response.status_code == 201
    upload, path = response.json(), response.headers["Location"]
    assert path == f"{PATH}/{upload['id']}"
    assert (upload["name"], upload["type"]) == ("é.html", "application/pdf")
    assert (await client.get(path)).json() == upload
    content = await client.get(f"{path}/content")
    assert content.content == PDF * 100_000
    assert content.headers["Content-Type"] == "application/pdf"
    saved_as = f"attachment; filename*=utf-8''{quote('é.html')}"
    assert content.headers["Content-Disposition"] == saved_as
    policy = content.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; sandbox"
    assert content.headers["X-Content-Type-Options"] == "nosniff"
    assert (await client.delete(path)).status_code == 204
    for gone in (path, f"{path}/content", f"{PATH}/{uuid4()}"):
        assert (await client.get(gone)).status_code == 404


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"", 400),
        ("multipart/form-data; boundary=b", b"nonsense", 400),
        ("multipart/form-data; boundary=b", b"--b--\r\n", 422),
    ],
)
async def test_what_is_no_form_with_a_file_is_refused(
    client: AsyncClient, content_type: str, body: bytes, status: int
) -> None:
    headers = {"Content-Type": content_type}
    response = await client.post(PATH, content=body, headers=headers)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"


async def test_a_file_that_is_gone_is_not_there(
    app: FastAPI, client: AsyncClient
) -> None:
    path = (await send(client, PDF)).headers["Location"]
    for file in app.state.settings.uploads_dir.iterdir():
        file.unlink()
    assert (await client.get(f"{path}/content")).status_code == 404
