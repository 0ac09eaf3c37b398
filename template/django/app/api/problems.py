"""Below /api/ every error is a problem document."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from app.errors import GetResponse, problem

MAX_FIELD_ERRORS = 20
MAX_FIELD_NAME_LENGTH = 100


def api_methods(get_response: GetResponse) -> GetResponse:
    """Answer HEAD like GET, and OPTIONS and 405 with all allowed methods."""

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
            response = HttpResponse(status=204) if method == "OPTIONS" else problem(405)
            response["Allow"] = ", ".join(sorted(allowed))
        response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def require_json(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse bodies that are not JSON. django-ninja accepts any type, and no body."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in {"PATCH", "POST"}:
            if request.content_type != "application/json":
                return problem(415, "Send the body as application/json.")
            if not request.body:
                return problem(400, "The body is empty.")
        return view(request, *args, **kwargs)

    return wrapper


@csrf_exempt
def not_found(_request: HttpRequest, _path: str = "") -> HttpResponse:
    return problem(404)


def http_error(_request: HttpRequest, error: Any) -> HttpResponse:
    return problem(error.status_code, str(error))


def validation_error(_request: HttpRequest, error: Any) -> HttpResponse:
    """Return one entry for each invalid field. The values are never repeated."""
    fields: dict[str, str] = {}
    for entry in error.errors:
        location = [
            str(part) for part in entry["loc"][1:] if part not in {"payload", "params"}
        ]
        field = ".".join(location)[:MAX_FIELD_NAME_LENGTH] or "body"
        # A name can contain lone surrogates, which UTF-8 cannot encode.
        field = field.encode(errors="replace").decode()
        # The parser's message about a malformed UUID repeats parts of it.
        message = "Enter a UUID." if "uuid" in entry["type"] else entry["msg"]
        # pydantic puts this before the message of a ValueError.
        message = message.removeprefix("Value error, ")
        fields.setdefault(field, message)
        if len(fields) == MAX_FIELD_ERRORS:
            break
    errors = [{"field": field, "detail": detail} for field, detail in fields.items()]
    return problem(422, "Some input is invalid.", "invalid", errors=errors)


def leave_to_middleware(_request: HttpRequest, error: Any) -> HttpResponse:
    """Leave other errors to AppErrorMiddleware. ninja shows a traceback in DEBUG."""
    raise error


def add_problem_handlers(api: NinjaAPI) -> None:
    api.add_exception_handler(Exception, leave_to_middleware)
    api.add_exception_handler(Http404, lambda *_: problem(404))
    api.add_exception_handler(ValidationError, validation_error)
    api.add_exception_handler(HttpError, http_error)
