"""Error pages, for whoever does not ask for JSON."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from app.errors import GetResponse, problem


def error(
    request: HttpRequest, exception: Exception | None = None, *, status: int
) -> HttpResponse:
    """Answer as config/urls.py asks for each kind of error."""
    kinds = ["text/html", "application/json", "application/problem+json"]
    if request.path_info.startswith("/api/") or request.get_preferred_type(
        kinds
    ) not in {None, "text/html"}:
        return problem(status)
    return render(request, "error.html", {"error": HTTPStatus(status)}, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if request.method != "POST":  # no page takes anything else
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    return error(request, status=403)


def method_not_allowed(get_response: GetResponse) -> GetResponse:
    """Give 405 a page too: Django's views leave it empty."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        not_allowed = HTTPStatus.METHOD_NOT_ALLOWED
        if response.status_code == not_allowed and not response.content:
            page = error(request, status=not_allowed)
            page["Allow"] = response["Allow"]
            return page
        return response

    return middleware
