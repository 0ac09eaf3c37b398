from fastapi import FastAPI
from httpx2 import AsyncClient

PATH = "/api/v1/uploads"
PDF = b"%PDF-1.7 and so on" * 100_000
FORM = "multipart/form-data; boundary=b"


async def test_a_file_goes_in_and_comes_out(app: FastAPI, client: AsyncClient) -> None:
    response = await client.post(PATH, files={"file": ("é.html", PDF, "text/html")})
    assert response.status_code == 201
    upload, path = response.json(), response.headers["Location"]
    assert path == f"{PATH}/{upload['id']}"
    assert (upload["name"], upload["type"]) == ("é.html", "application/pdf")
    assert (await client.get(path)).json() == upload
    content = await client.get(f"{path}/content")
    assert content.content == PDF
    assert content.headers["Content-Type"] == "application/pdf"
    assert content.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in content.headers["Content-Security-Policy"]
    assert content.headers["X-Content-Type-Options"] == "nosniff"
    for kept in app.state.settings.uploads_dir.iterdir():
        kept.unlink()
    assert (await client.get(f"{path}/content")).status_code == 404
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_what_is_no_form_with_a_file_is_refused(client: AsyncClient) -> None:
    for content_type, body, status in (
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"", 400),
        (FORM, b"nonsense", 400),
        (FORM, b"--b--\r\n", 422),
    ):
        headers = {"Content-Type": content_type}
        response = await client.post(PATH, content=body, headers=headers)
        assert response.status_code == status
        assert response.headers["Content-Type"] == "application/problem+json"
