"""Errors as problem documents (RFC 9457)."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

GetResponse = Callable[[HttpRequest], HttpResponse]


def problem(status: int, detail: str = "", **members: object) -> JsonResponse:
    known = HTTPStatus(status)
    document = {
        "type": "about:blank",
        "title": known.phrase,
        "status": status,
        "detail": detail or known.description or known.phrase,
        **members,
    }
    return JsonResponse(
        document, status=status, content_type="application/problem+json"
    )


def error(
    request: HttpRequest, exception: Exception | None = None, *, status: int
) -> HttpResponse:
    """Answer as config/urls.py asks for each kind of error."""
    return problem(status)
