from fastapi import FastAPI
from httpx2 import AsyncClient


async def test_the_index_links_to_routes_that_exist(
    client: AsyncClient, app: FastAPI
) -> None:
    index = (await client.get("/")).json()
    assert index["name"] == app.title
    assert index["version"] == app.version
    assert index["links"]["health"] == "/healthz"
    for path in index["links"].values():
        assert (await client.get(path)).status_code == 200
