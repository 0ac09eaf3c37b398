"""Errors of the application, and problem documents (RFC 9457) for clients."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

GetResponse = Callable[[HttpRequest], HttpResponse]


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


def problem(
    status: int, detail: str = "", code: str = "", **members: object
) -> JsonResponse:
    """Return a problem document; members without a value are left out."""
    known = HTTPStatus(status)
    document = {
        "type": "about:blank",
        "title": known.phrase,
        "status": status,
        "detail": detail or known.description or known.phrase,
        **({"code": code} if code else {}),
        **members,
    }
    return JsonResponse(
        document, status=status, content_type="application/problem+json"
    )


def error(
    request: HttpRequest, exception: Exception | None = None, *, status: int
) -> HttpResponse:
    """Return the response for an error that Django reports to config/urls.py."""
    return problem(status)
