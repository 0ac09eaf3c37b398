import re
from typing import Any

import pytest
from django.test import Client

PATHS = ["openapi.json", "docs", "redoc"]


@pytest.mark.django_db  # the end of a request checks its connection
@pytest.mark.parametrize("path", PATHS)
def test_documentation_is_local(client: Client, settings: Any, path: str) -> None:
    settings.API_DOCS = True
    response = client.get(f"/api/{path}")
    assert response.status_code == 200
    assets = set(re.findall(r'(?:src|href)="([^"]*)"', response.content.decode()))
    assert assets or path == "openapi.json"
    for asset in assets:
        assert re.match("/[^/]", asset)
        file = client.get(asset)
        file.close()
        assert file.status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_documentation_can_be_off(client: Client, settings: Any, path: str) -> None:
    settings.API_DOCS = False
    assert client.get(f"/api/{path}").status_code == 404
