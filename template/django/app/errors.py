"""Errors of the application, and how they are reported to clients."""

from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import get_resolver

from app.database import is_conflict, is_unavailable

GetResponse = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger(__name__)


class AppError(Exception):
    """An error with a status and a stable code for clients."""

    status = 400
    code = "bad_request"
    detail = "The request cannot be processed."

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or self.detail
        super().__init__(self.detail)


class NotFound(AppError):
    status, code, detail = 404, "not_found", "Not Found"


class Conflict(AppError):
    status, code = 409, "conflict"
    detail = "This conflicts with the current state. Reload, then try again."


class Unavailable(AppError):
    status, code = 503, "unavailable"
    detail = "The service is busy. Try again in a moment."


def problem(
    status: int, detail: str = "", code: str = "", **members: object
) -> JsonResponse:
    """Return a problem document (RFC 9457)."""
    known = HTTPStatus(status)
    document: dict[str, object] = {
        "type": "about:blank",
        "title": known.phrase,
        "status": status,
        "detail": detail or known.description or known.phrase,
    }
    if code:
        document["code"] = code
    return JsonResponse(
        document | members, status=status, content_type="application/problem+json"
    )


def error(
    request: HttpRequest,
    exception: Exception | None = None,
    *,
    status: int,
    detail: str = "",
    code: str = "",
) -> HttpResponse:
    """Return the response for an error, as the handlers in config/urls.py do."""
    return problem(status, detail, code)


class AppErrorMiddleware:
    """Answer errors of the application, and a database that is busy or away."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if is_unavailable(exception):
            log.warning("database_unavailable", error=str(exception))
            exception = Unavailable()
        elif isinstance(exception, IntegrityError) and is_conflict(exception):
            log.error("failed", exc_info=exception)
            exception = Conflict()
        if not isinstance(exception, AppError):
            return None
        respond: Callable[..., HttpResponse] = get_resolver().resolve_error_handler(400)
        response = respond(
            request,
            status=exception.status,
            detail=exception.detail,
            code=exception.code,
        )
        if exception.status == HTTPStatus.SERVICE_UNAVAILABLE:
            response["Retry-After"] = "1"
        return response
