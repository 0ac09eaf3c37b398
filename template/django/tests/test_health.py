import pytest
from django.db import OperationalError
from django.test import Client

from app import health

pytestmark = pytest.mark.django_db


def test_healthz_answers_for_any_host(client: Client) -> None:
    response = client.get("/healthz", HTTP_HOST="unknown.example")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


def test_readyz_is_ok(client: Client) -> None:
    assert client.get("/readyz").json() == {"status": "ok"}


def test_readyz_names_the_failed_check(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OperationalError

    monkeypatch.setattr(health, "find_failed_checks", fail)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "failed": ["database"]}


def test_readyz_names_missing_migrations(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "django.db.migrations.executor.MigrationExecutor.migration_plan",
        lambda *_: [("migration", False)],
    )
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "failed": ["migrations"]}
