import pytest
from django.db import OperationalError
from django.test import Client

from app import health

pytestmark = pytest.mark.django_db


def test_healthz_asks_nobody(client: Client) -> None:
    response = client.get("/healthz", HTTP_HOST="unknown.example")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


def test_readyz_asks_the_database(client: Client) -> None:
    assert client.get("/readyz").json() == {"status": "ok"}


def test_readyz_names_what_failed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OperationalError

    monkeypatch.setattr(health, "ask_database", fail)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "failed": ["database"]}
