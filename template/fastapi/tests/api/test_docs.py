import re

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from app.main import create_app
from app.settings import Settings


@pytest.mark.parametrize("path", ["/api/docs", "/api/redoc", "/api/openapi.json"])
async def test_documentation_comes_from_here(client: AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 200
    assets = set(re.findall(r'(?:src|href)="([^"]*)"', response.text))
    assert assets or path.endswith(".json")
    for asset in assets:
        assert re.match("/[^/]", asset)
        assert (await client.get(asset)).status_code == 200


async def test_operations_are_called_what_they_do(app: FastAPI) -> None:
    paths = app.openapi()["paths"].values()
    ids = {operation["operationId"] for path in paths for operation in path.values()}
    assert {"list_items", "create_item", "update_item"} <= ids


async def test_other_origins_may_call_when_listed(settings: Settings) -> None:
    origin = "https://app.example.com"
    app = create_app(settings.model_copy(update={"cors_origins": (origin,)}))
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://localhost") as client:
        for sent, allowed in ((origin, origin), ("https://evil.example", None)):
            response = await client.get("/healthz", headers={"Origin": sent})
            assert response.headers.get("Access-Control-Allow-Origin") == allowed
