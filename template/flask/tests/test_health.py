import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError


def test_probes_are_answered_whatever_the_host(client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz"):
        response = client.get(path, headers={"Host": "10.0.0.7"})
        assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_it_is_not_ready_without_a_database(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ping(_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception())

    monkeypatch.setattr("app.health.ping", ping)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json == {"status": "unavailable", "failed": ["database"]}
