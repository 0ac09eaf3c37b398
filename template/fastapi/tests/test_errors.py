import sqlite3

import pytest
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError, model_validator
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from app.errors import MAX_FIELD_ERRORS, AppError, to_problem


def sqlite_error(kind: type[sqlite3.Error], name: str) -> sqlite3.Error:
    error = kind("the reason")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (AppError(), 400),
        (HTTPException(404), 404),
        (RequestValidationError([]), 422),
        (PoolTimeoutError(), 503),
        (
            OperationalError(
                "", {}, sqlite_error(sqlite3.OperationalError, "SQLITE_BUSY")
            ),
            503,
        ),
        (
            OperationalError("", {}, ConnectionError(), connection_invalidated=True),
            503,
        ),
        (
            IntegrityError(
                "",
                {},
                sqlite_error(sqlite3.IntegrityError, "SQLITE_CONSTRAINT_FOREIGNKEY"),
            ),
            409,
        ),
        (
            IntegrityError(
                "", {}, sqlite_error(sqlite3.IntegrityError, "SQLITE_CONSTRAINT_CHECK")
            ),
            500,
        ),
        (RuntimeError("the reason"), 500),
    ],
)
def test_errors_have_a_status_and_no_details(error: Exception, status: int) -> None:
    problem = to_problem(error)
    assert problem.status == status
    assert "the reason" not in problem.detail
    assert bool(problem.headers) == (status == 503)


def test_the_error_of_a_model_validator_has_only_its_message() -> None:
    class Price(BaseModel):
        @model_validator(mode="after")
        def check_price(self) -> "Price":
            raise ValueError("Explain the discount.")

    with pytest.raises(ValidationError) as raised:
        Price()
    entries = [entry | {"loc": ("body",)} for entry in raised.value.errors()]
    errors = to_problem(RequestValidationError(entries)).errors
    assert errors == [{"field": "body", "detail": "Explain the discount."}]


def test_field_errors_are_bounded() -> None:
    entries = [
        {"type": "missing", "loc": ("body", "a" * 1000, number), "msg": "Wrong"}
        for number in range(1000)
    ]
    errors = to_problem(RequestValidationError(entries)).errors
    assert len(errors) <= MAX_FIELD_ERRORS
    assert all(len(error["field"]) <= 100 for error in errors)
