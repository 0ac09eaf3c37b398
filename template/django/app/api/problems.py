"""Below /api/, whatever goes wrong is answered by a problem document."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from app.errors import GetResponse, problem
from app.items.service import ItemNotFound, NameTaken


def api_rules(get_response: GetResponse) -> GetResponse:
    """HEAD like GET, OPTIONS for every path, and 405 with all that is allowed."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/"):
            return get_response(request)
        method = request.method
        request.method = "GET" if method == "HEAD" else method
        response = get_response(request)
        request.method = method
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = {*response["Allow"].split(", "), "OPTIONS"}
            allowed |= {"HEAD"} if "GET" in allowed else set()
            answered = method == "OPTIONS"
            response = HttpResponse(status=204) if answered else problem(405)
            response["Allow"] = ", ".join(sorted(allowed))
        response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def json_only(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Want a body, and one that says it is JSON: ninja would take any, or none."""

    @wraps(run)
    def check(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in {"PATCH", "POST"}:
            if request.content_type != "application/json":
                return problem(415)
            if not request.body:
                return problem(400, "The body is empty.")
        return run(request, *args, **kwargs)

    return check


@csrf_exempt
def not_found(_request: HttpRequest, _path: str = "") -> HttpResponse:
    return problem(404)


def failed(_request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status_code, str(error))


def invalid(_request: HttpRequest, error: Any) -> HttpResponse:
    """Name each wrong field once, and never repeat what was sent."""
    fields: dict[str, str] = {}
    for entry in error.errors:
        place = [str(part) for part in entry["loc"][1:] if part != "payload"]
        field = ".".join(place) or "body"
        message = entry["msg"].partition(", ")[0] if "uuid" in entry["type"] else None
        # A client may have sent a name that UTF-8 cannot write.
        field = field.encode(errors="replace").decode()
        fields.setdefault(field, message or entry["msg"])
    errors = [{"field": field, "detail": message} for field, message in fields.items()]
    return problem(422, "Some of the input is wrong.", errors=errors)


def add_problem_handlers(api: NinjaAPI) -> None:
    api.add_decorator(json_only, mode="view")
    api.add_exception_handler(Http404, lambda *_: problem(404))
    api.add_exception_handler(
        ItemNotFound, lambda *_: problem(404, "There is no such item.")
    )
    api.add_exception_handler(
        NameTaken, lambda *_: problem(409, "Another item has this name.")
    )
    api.add_exception_handler(ValidationError, invalid)
    api.add_exception_handler(HttpError, failed)
