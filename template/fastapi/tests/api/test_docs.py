import re

import pytest
from httpx2 import ASGITransport, AsyncClient

from app.main import create_app
from app.settings import Settings


@pytest.mark.parametrize("path", ["/api/docs", "/api/redoc", "/api/openapi.json"])
async def test_documentation_is_local(client: AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 200
    assets = set(re.findall(r'(?:src|href)="([^"]*)"', response.text))
    assert assets or path.endswith(".json")
    for asset in assets:
        assert re.match("/[^/]", asset)
        assert (await client.get(asset)).status_code == 200


async def test_the_id_of_an_operation_is_the_name_of_its_function(
    settings: Settings,
) -> None:
    app = create_app(settings)

    @app.get("/tea/{number}")
    async def pour_tea(number: int) -> int:
        return number

    path = app.openapi()["paths"]["/tea/{number}"]
    assert path["get"]["operationId"] == "pour_tea"


async def test_documentation_has_the_prefix_of_the_proxy(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"root_path": "/tea"}))
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://localhost") as client:
        for page in ("/api/docs", "/tea/api/redoc"):
            text = (await client.get(page)).text
            assert '="/tea/api/openapi.json"' in text
            for asset in re.findall(r'(?:src|href)="([^"]*)"', text):
                assert asset.startswith("/tea/api/static/")
                assert (await client.get(asset)).status_code == 200
        document = (await client.get("/tea/api/openapi.json")).json()
    assert document["servers"] == [{"url": "/tea"}]


async def test_other_origins_may_call_when_listed(settings: Settings) -> None:
    origin = "https://app.example.com"
    app = create_app(settings.model_copy(update={"cors_origins": (origin,)}))
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://localhost") as client:
        for sent, allowed in ((origin, origin), ("https://evil.example", None)):
            response = await client.get("/healthz", headers={"Origin": sent})
            assert response.headers.get("Access-Control-Allow-Origin") == allowed
