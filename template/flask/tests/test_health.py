from http import HTTPStatus

import pytest
from alembic.script import ScriptDirectory
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from app.settings import BASE_DIR

HEADS = set(ScriptDirectory(BASE_DIR / "migrations").get_heads())


def test_health_checks_are_answered_for_any_host(client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz"):
        response = client.get(path, headers={"Host": "10.0.0.7"})
        assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_a_check_logs_nothing_of_alembic(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        assert client.get("/readyz").status_code == HTTPStatus.OK
    assert not [line for line in caplog.records if line.name.startswith("alembic")]


def test_it_is_not_ready_without_a_database(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception())

    monkeypatch.setattr("app.health.read_revisions", fail)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json == {"status": "unavailable", "failed": ["database"]}


@pytest.mark.parametrize(
    ("current", "status"), [(set(), 503), (HEADS, 200), ({"a newer one"}, 200)]
)
def test_it_is_not_ready_without_its_migrations(
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    current: set[str],
    status: int,
) -> None:
    monkeypatch.setattr("app.health.read_revisions", lambda _: current)
    response = client.get("/readyz")
    assert response.status_code == status
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        assert response.json == {"status": "unavailable", "failed": ["migrations"]}
