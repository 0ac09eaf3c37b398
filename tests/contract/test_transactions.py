"""A request that fails leaves no partial changes."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.contract.client import (
    ITEMS,
    PASSWORD,
    Client,
    Person,
    check_problem,
    extract_token,
    unique_name,
)
from tests.contract.conftest import Disposable
from tests.contract.differences import Conventions
from tests.starters.databases import SQLite

OTHER = "biscuits at five o'clock"
WAITING_REQUESTS = 50  # more than there are connections to the database
MAX_WAIT_SECONDS = 5
HEALTH_SECONDS = 2
RECOVERY_SECONDS = 5
IDLE_SECONDS = 2  # connections that were idle for so long are checked


@pytest.mark.thorough
@pytest.mark.features("accounts", "api")
def test_a_failed_reset_changes_nothing(
    disposable_with_worker: Disposable, conventions: Conventions
) -> None:
    """The password is written first, then revoking the tokens fails."""
    person = Person(disposable_with_worker.service)
    person.register_and_confirm()
    person.sign_in()
    assert person.post_auth("reset", email=person.email).status_code == 202
    reset = {"token": extract_token(person.wait_for_email()), "password": OTHER}
    disposable_with_worker.database.execute(conventions.broken_revocation_sql)
    check_problem(person.post_auth("reset/confirm", **reset), 500)
    disposable_with_worker.database.execute("DROP TRIGGER broken")
    assert person.request_tokens(OTHER).status_code == 401
    assert person.request_tokens(PASSWORD).status_code == 200
    assert person.post_auth("reset/confirm", **reset).status_code == 204
    assert person.request_tokens(OTHER).status_code == 200


@pytest.mark.thorough
@pytest.mark.features("api")
def test_only_a_taken_name_is_reported_as_a_taken_name(
    disposable: Disposable, conventions: Conventions
) -> None:
    """Other constraints get 500, or 409 without details."""
    with Client(disposable.service) as client:
        client.create()
        disposable.database.execute(
            f"CREATE TRIGGER broken BEFORE INSERT ON {conventions.items_table}"
            " BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
        response = client.post(ITEMS, json={"name": unique_name(), "price": 1})
        assert "name" not in check_problem(response, 500)["detail"]


@pytest.mark.thorough
@pytest.mark.features("api")
def test_requests_that_wait_for_a_lock_end_in_503_and_hold_up_no_health_checks(
    disposable: Disposable,
) -> None:
    assert isinstance(disposable.database, SQLite)
    path = disposable.database.directory / "service.sqlite3"
    with (
        Client(disposable.service) as client,
        Client(disposable.service) as other,
        ThreadPoolExecutor(WAITING_REQUESTS) as pool,
    ):
        client.create()
        with closing(sqlite3.connect(path, isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            waiting = [
                pool.submit(
                    client.post, ITEMS, json={"name": unique_name(), "price": 1}
                )
                for _ in range(WAITING_REQUESTS)
            ]
            checks = []
            while not any(request.done() for request in waiting):
                checks += [other.get(path) for path in ("/healthz", "/readyz")]
            responses = [request.result() for request in waiting]
        for response in responses:
            check_problem(response, 503)
            assert int(response.headers["retry-after"]) > 0
            assert response.elapsed.total_seconds() < MAX_WAIT_SECONDS
        for check in checks:
            assert check.status_code == 200, check.text
            assert check.elapsed.total_seconds() < HEALTH_SECONDS
        client.create()


@pytest.mark.thorough
@pytest.mark.database
@pytest.mark.features("api")
def test_a_restart_of_the_database_fails_only_requests_under_way(
    disposable: Disposable,
) -> None:
    """The pool notices that its connections are dead."""
    with Client(disposable.service) as client, ThreadPoolExecutor(20) as pool:

        def statuses() -> set[int]:
            requests = [pool.submit(client.get, ITEMS) for _ in range(60)]
            return {request.result().status_code for request in requests}

        def restart() -> None:
            disposable.database.hide()
            disposable.database.show()

        assert statuses() == {200}
        restart()
        assert statuses() <= {200, 503}
        end = time.monotonic() + RECOVERY_SECONDS
        while statuses() != {200}:
            assert time.monotonic() < end
        restart()
        time.sleep(IDLE_SECONDS)
        assert client.get(ITEMS).status_code == 200  # whatever connection it gets
        assert statuses() == {200}
        client.create()
