import sqlite3

import pytest
from django.conf import LazySettings
from django.db import Error, IntegrityError, InterfaceError, OperationalError
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.test import Client

from app.errors import AppErrorMiddleware, GetResponse


def respond(error: Exception) -> HttpResponse | None:
    middleware = AppErrorMiddleware(lambda _request: HttpResponse())
    return middleware.process_exception(HttpRequest(), error)


@pytest.mark.parametrize(
    ("error", "name", "status"),
    [
        (OperationalError(), "SQLITE_BUSY", 503),
        (InterfaceError(), "", 503),
        (IntegrityError(), "SQLITE_CONSTRAINT_FOREIGNKEY", 409),
        (ProtectedError("", set()), "", 409),
    ],
)
def test_a_database_that_refuses_is_reported_without_details(
    error: Error, name: str, status: int
) -> None:
    cause = sqlite3.Error("secret detail")
    cause.sqlite_errorname = name
    error.__cause__ = cause
    response = respond(error)
    assert response
    assert response.status_code == status
    assert "secret" not in response.text
    assert ("Retry-After" in response) == (status == 503)


@pytest.mark.parametrize("error", [OperationalError(), IntegrityError(), KeyError()])
def test_other_errors_are_left_to_django(error: Exception) -> None:
    assert respond(error) is None


def fail(_get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        raise InterfaceError if request.GET else KeyError

    return middleware


@pytest.mark.parametrize(("query", "status"), [("?closed=1", 503), ("", 500)])
def test_errors_of_middleware_are_answered_like_those_of_views(
    settings: LazySettings, query: str, status: int
) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.fail"]
    client = Client(raise_request_exception=False)
    response = client.get(f"/{query}")
    assert response.status_code == status
    assert ("Retry-After" in response) == (status == 503)
