from collections.abc import Callable
from http import HTTPStatus

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.errors import Conflict, Invalid
from app.extensions import db
from tests.factories import create_item

JSON = {"Accept": "application/json"}


def fail(app: Flask, raise_error: Callable[[], object]) -> tuple[int, str | None]:
    """Return how an error in a view is answered: status and Retry-After."""

    @app.get("/fail")
    def view() -> str:
        raise_error()
        return "no error"

    response = app.test_client().get("/fail", headers=JSON)
    assert response.content_type == "application/problem+json"
    return response.status_code, response.headers.get("Retry-After")


def pool_timeout() -> None:
    raise PoolTimeoutError


def conflict() -> None:
    raise Conflict


def bug() -> None:
    raise RuntimeError


def check_violation() -> None:
    db.session.execute(text("UPDATE items SET price = -1"))


@pytest.mark.parametrize(
    ("raise_error", "status", "retry_after"),
    [
        (pool_timeout, 503, "1"),
        (conflict, 409, None),
        (bug, 500, None),
        (check_violation, 500, None),
    ],
)
def test_an_error_has_a_status(
    app: Flask, raise_error: Callable[[], object], status: int, retry_after: str | None
) -> None:
    create_item(app)
    assert fail(app, raise_error) == (status, retry_after)


def test_other_rows_are_a_conflict(app: Flask) -> None:
    item = create_item(app)

    def add_twice() -> None:
        create_item(app, name=item.name)

    assert fail(app, add_twice)[0] == HTTPStatus.CONFLICT


def test_the_debugger_shows_errors_in_development(app: Flask) -> None:
    app.debug = True
    with pytest.raises(RuntimeError):
        fail(app, bug)
    app.debug = False


def test_a_conflict_is_an_integrity_error(app: Flask) -> None:
    item = create_item(app)
    with pytest.raises(IntegrityError):
        create_item(app, name=item.name)


def test_at_most_20_fields_are_named() -> None:
    error = Invalid({f"{number}{'x' * 200}": "Wrong." for number in range(30)})
    assert len(error.errors) == 20
    assert max(len(entry["field"]) for entry in error.errors) == 100
