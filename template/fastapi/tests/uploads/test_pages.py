import re

from httpx2 import AsyncClient, Response

PDF = b"%PDF-1.7 and so on"


async def send(client: AsyncClient, content: bytes) -> Response:
    return await client.post("/uploads/", files={"file": ("<b>.pdf", content)})


async def test_a_file_is_uploaded_saved_and_deleted(client: AsyncClient) -> None:
    assert "no files yet" in (await client.get("/uploads/")).text
    response = await send(client, PDF)
    assert (response.status_code, response.headers["Location"]) == (303, "/uploads/")
    page = (await client.get("/uploads/")).text
    assert "&lt;b&gt;.pdf" in page
    paths = re.findall(r'(?:href|action)="(/uploads/[^"]+)"', page)
    download = await client.get(paths[0])
    assert download.content == PDF
    assert download.headers["Content-Disposition"].startswith("attachment;")
    assert (await client.post(paths[1])).status_code == 303
    assert (await client.get(paths[0])).status_code == 404


async def test_what_is_wrong_stands_at_the_field(client: AsyncClient) -> None:
    response = await send(client, b"nothing known")
    assert response.status_code == 422
    assert 'id="file-error"' in response.text
    assert 'aria-describedby="file-hint file-error"' in response.text


async def test_long_lists_come_in_pages(client: AsyncClient) -> None:
    for _ in range(21):
        await send(client, PDF)
    page = (await client.get("/uploads/")).text
    following = re.search(r'href="(\?cursor=[^"]+)"', page)
    assert following
    rest = (await client.get(f"/uploads/{following[1]}")).text
    assert (page.count("Yes, delete it"), rest.count("Yes, delete it")) == (20, 1)
