import time

import httpx2
import pytest

from tests.contract.client import Client, database_with_members, request_head, send_raw
from tests.contract.conftest import Disposable
from tests.starters.harness import Project, Service, running_server

READY_AGAIN_SECONDS = 15


def await_status(client: Client, path: str, status: int) -> httpx2.Response:
    """Repeat a request until it has this status. Pools may need time to reconnect."""
    end = time.monotonic() + READY_AGAIN_SECONDS
    while True:
        response = client.get(path)
        if response.status_code == status or time.monotonic() > end:
            assert response.status_code == status, response.text
            return response


def test_health_checks_need_neither_an_allowed_host_nor_https(
    service: Service, subtests: pytest.Subtests
) -> None:
    for path in (
        "/healthz",
        "/readyz",
    ):
        with subtests.test(path=path):
            for headers in (
                {"Host": "10.0.0.7:8000", "X_Forwarded_Proto": None},
                {"Host": "evil.example"},
                {"X_Forwarded_Proto": "http"},
            ):
                answer = send_raw(service, request_head("GET", path, **headers))
                assert answer.status == 200, headers
                assert "ok" in answer.text


@pytest.mark.thorough
@pytest.mark.database
def test_readiness_fails_by_name_without_its_database_and_recovers(
    disposable: Disposable,
) -> None:
    with Client(disposable.service, Connection="close") as client:
        assert client.get("/readyz").status_code == 200
        disposable.database.hide()
        assert client.get("/healthz").status_code == 200
        if disposable.service.project.starter.database == "sqlite":
            # SQLite can still read an open file, so both results are right.
            assert client.get("/readyz").status_code in {200, 503}
        else:
            response = await_status(client, "/readyz", 503)
            assert "database" in response.text
        disposable.database.show()
        await_status(client, "/readyz", 200)


@pytest.mark.thorough
@pytest.mark.database
def test_a_service_that_starts_without_its_database_becomes_ready_later(
    project: Project,
) -> None:
    database = database_with_members(project)
    database.hide()
    with (
        running_server(project, database.url) as service,
        Client(service, anonymous=True) as client,
    ):
        assert client.get("/healthz").status_code == 200
        response = client.get("/readyz")
        assert response.status_code == 503
        assert "database" in response.text
        assert database.url not in response.text
        database.show()
        await_status(client, "/readyz", 200)


def test_health_needs_no_database(failing_service: Service) -> None:
    assert send_raw(failing_service, request_head("GET", "/healthz")).status == 200


@pytest.mark.thorough
def test_readiness_fails_by_name_without_migrations(disposable: Disposable) -> None:
    disposable.database.drop_tables()
    with Client(disposable.service, anonymous=True) as client:
        response = client.get("/readyz")
    assert response.status_code == 503
    assert "migrations" in response.text
