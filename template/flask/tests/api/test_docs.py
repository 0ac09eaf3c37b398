import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

PATHS = ("/api/docs", "/api/redoc", "/api/openapi.json")


@pytest.mark.parametrize("path", PATHS)
def test_documentation_is_local(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assets = set(re.findall(r'(?:src|href)="([^"]*)"', response.text))
    assert assets or path.endswith(".json")
    for asset in assets - {"data:,"}:
        assert re.match("/[^/]", asset)
        with client.get(asset) as file:
            assert file.status_code == 200


def test_documentation_can_be_off(create_client: Callable[..., FlaskClient]) -> None:
    client = create_client(api_docs=False)
    assert {client.get(path).status_code for path in PATHS} == {404}


def test_each_operation_has_an_id_of_its_own(client: FlaskClient) -> None:
    spec: Any = client.get("/api/openapi.json").json
    paths = spec["paths"].values()
    ids = [operation["operationId"] for path in paths for operation in path.values()]
    assert len(ids) == len(set(ids))


def test_listed_origins_may_call(create_client: Callable[..., FlaskClient]) -> None:
    origin = "https://app.example.com"
    client = create_client(cors_origins=(origin,))
    for sent, allowed in ((origin, origin), ("https://evil.example", None)):
        response = client.get("/api/v1/none", headers={"Origin": sent})
        assert response.headers.get("Access-Control-Allow-Origin") == allowed


def test_documentation_has_the_prefix_of_the_proxy(
    create_client: Callable[..., FlaskClient],
) -> None:
    spec: Any = create_client(root_path="/shop").get("/api/openapi.json").json
    assert spec["servers"] == [{"url": "/shop"}]
