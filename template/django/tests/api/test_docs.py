from typing import Any

import pytest
from django.test import Client

PATHS = ["openapi.json", "docs", "redoc"]


@pytest.mark.parametrize("path", PATHS)
def test_documentation_is_local(client: Client, settings: Any, path: str) -> None:
    settings.API_DOCS = True
    response = client.get(f"/api/{path}")
    assert response.status_code == 200
    assert b"//cdn" not in response.content


@pytest.mark.parametrize("path", PATHS)
def test_documentation_can_be_off(client: Client, settings: Any, path: str) -> None:
    settings.API_DOCS = False
    assert client.get(f"/api/{path}").status_code == 404
