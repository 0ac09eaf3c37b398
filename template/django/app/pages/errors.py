"""Error pages, for clients that do not ask for JSON."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from app.errors import GetResponse, problem

MEDIA_TYPES = ["text/html", "application/json", "application/problem+json"]


def error(
    request: HttpRequest,
    exception: Exception | None = None,
    *,
    status: int,
    detail: str = "",
    code: str = "",
) -> HttpResponse:
    """Return the response for an error: a page, or a problem document."""
    preferred = request.get_preferred_type(MEDIA_TYPES)
    if request.path_info.startswith("/api/") or preferred not in {None, "text/html"}:
        return problem(status, detail, code)
    known = HTTPStatus(status)
    context = {"error": known, "detail": detail or known.description}
    return render(request, "error.html", context, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if request.method != "POST":  # pages accept no other unsafe method
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    return error(request, status=403)


def method_not_allowed(get_response: GetResponse) -> GetResponse:
    """Give 405 a page. Django's views leave it empty."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        status = HTTPStatus.METHOD_NOT_ALLOWED
        if response.status_code == status and not response.content:
            page = error(request, status=status)
            page["Allow"] = response["Allow"]
            return page
        return response

    return middleware
