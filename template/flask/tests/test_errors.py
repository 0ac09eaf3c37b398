from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.errors import Conflict, Invalid
from app.extensions import db

JSON = {"Accept": "application/json"}
TABLE = "CREATE TEMPORARY TABLE ages (age INTEGER UNIQUE, CHECK (age >= 0))"
# Lets a view raise an error, and returns the status and Retry-After of its response.
Fail = Callable[..., tuple[int, str | None]]


@pytest.fixture
def fail(create_client: Callable[..., FlaskClient]) -> Fail:
    def fail(
        raise_error: Callable[[], object], *, debug: bool = False
    ) -> tuple[int, str | None]:
        client = create_client()
        client.application.debug = debug

        @client.application.get("/fail")
        def view() -> str:
            raise_error()
            return "no error"

        response = client.get("/fail", headers=JSON)
        assert response.content_type == "application/problem+json"
        return response.status_code, response.headers.get("Retry-After")

    return fail


def pool_timeout() -> None:
    raise PoolTimeoutError


def conflict() -> None:
    raise Conflict


def bug() -> None:
    raise RuntimeError


def insert(*ages: int) -> None:
    db.session.execute(text(TABLE))
    for age in ages:
        db.session.execute(text("INSERT INTO ages VALUES (:age)"), {"age": age})


def unique_violation() -> None:
    insert(7, 7)


def check_violation() -> None:
    insert(-7)


@pytest.mark.parametrize(
    ("raise_error", "response"),
    [
        (pool_timeout, (503, "1")),
        (conflict, (409, None)),
        (unique_violation, (409, None)),
        (check_violation, (500, None)),
        (bug, (500, None)),
    ],
)
def test_an_error_has_a_status(
    fail: Fail, raise_error: Callable[[], object], response: tuple[int, str | None]
) -> None:
    assert fail(raise_error) == response


def test_the_debugger_shows_errors_in_development(fail: Fail) -> None:
    with pytest.raises(RuntimeError):
        fail(bug, debug=True)


def test_production_ignores_flask_debug(
    create_client: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    client = create_client(environment="production")
    assert not client.application.debug


def test_at_most_20_fields_are_named() -> None:
    error = Invalid({f"{number}{'x' * 200}": "Wrong." for number in range(30)})
    assert len(error.errors) == 20
    assert max(len(entry["field"]) for entry in error.errors) == 100
