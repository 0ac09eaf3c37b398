import re
from hashlib import sha256

from httpx2 import AsyncClient

from app.pages.static import STATIC_DIR


async def test_static_files_exist(client: AsyncClient) -> None:
    paths = re.findall(r'"(/static/[^"#]+)', (await client.get("/")).text)
    for path in set(paths):
        assert (await client.get(path)).status_code == 200


async def test_bootstrap_is_as_released(client: AsyncClient) -> None:
    response = await client.get("/static/bootstrap.min.css")
    checksum = sha256(response.content).hexdigest()
    assert checksum in (STATIC_DIR / "README.md").read_text()
