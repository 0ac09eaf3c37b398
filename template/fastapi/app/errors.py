"""Errors, and how clients are told about them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import (
    RequestValidationError,
    WebSocketRequestValidationError,
)
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from structlog import get_logger

from app.database import is_conflict, is_unavailable
from app.methods import allowed_methods, options_response

MAX_FIELD_ERRORS = 20
log = get_logger()


class AppError(Exception):
    """An error with a status and a stable code for clients."""

    status = 400
    code = "bad_request"
    detail = "The request cannot be processed."

    def __init__(
        self, detail: str | None = None, *, headers: Mapping[str, str] | None = None
    ) -> None:
        self.detail = detail or self.detail
        self.headers = headers
        super().__init__(self.detail)


class Unauthorized(AppError):
    status, code, detail = 401, "unauthorized", "Authentication is required."


class Forbidden(AppError):
    status, code, detail = 403, "forbidden", "You are not allowed to do this."


class NotFound(AppError):
    status, code, detail = 404, "not_found", "Not Found"


class Conflict(AppError):
    status, code = 409, "conflict"
    detail = "This conflicts with the current state. Reload, then try again."


class UnsupportedMediaType(AppError):
    status, code = 415, "unsupported_media_type"
    detail = "Send the body as application/json."


class Invalid(AppError):
    status, code, detail = 422, "invalid", "Some input is invalid."


class TooManyRequests(AppError):
    status, code = 429, "too_many_requests"
    detail = "Too many attempts. Try again in a few minutes."


class Unavailable(AppError):
    status, code = 503, "unavailable"
    detail = "The service is busy. Try again in a moment."


@dataclass
class Problem:
    """What a client is told about an error."""

    status: int
    detail: str
    code: str | None = None
    headers: Mapping[str, str] | None = None
    errors: Sequence[Mapping[str, str]] = ()

    @property
    def title(self) -> str:
        return HTTPStatus(self.status).phrase


Respond = Callable[[Request, Problem], Response]


def problem_response(_request: Request, problem: Problem) -> Response:
    content: dict[str, object] = {
        "type": "about:blank",
        "status": problem.status,
        "title": problem.title,
        "detail": problem.detail,
    }
    if problem.code:
        content["code"] = problem.code
    if problem.errors:
        content["errors"] = problem.errors
    return JSONResponse(
        content, problem.status, problem.headers, "application/problem+json"
    )


def to_problem(error: Exception) -> Problem:
    """Return what a client is told, and log what only the owner should know."""
    match error:
        case AppError():
            return Problem(error.status, error.detail, error.code, error.headers)
        case HTTPException():
            return Problem(error.status_code, error.detail, headers=error.headers)
        case RequestValidationError() | WebSocketRequestValidationError():
            return _validation_problem(error)
        case _:
            return _unexpected_problem(error)


def _unexpected_problem(error: Exception) -> Problem:
    if is_unavailable(error):
        log.warning("database_unavailable", error=str(error))
        headers = {"Retry-After": "1"}
        return Problem(503, Unavailable.detail, Unavailable.code, headers)
    log.error("failed", exc_info=error)
    if is_conflict(error):
        return Problem(409, Conflict.detail, Conflict.code)
    return Problem(500, "Something went wrong on our side.", "internal_error")


def _validation_problem(
    error: RequestValidationError | WebSocketRequestValidationError,
) -> Problem:
    entries = error.errors()
    if any(entry["type"] == "json_invalid" for entry in entries):
        return Problem(400, "The body is not valid JSON.", "invalid_json")
    # One entry a field, which never repeats the value that was sent.
    fields = {".".join(map(str, entry["loc"])): entry["msg"] for entry in entries}
    errors = [
        {"field": field[:100], "detail": detail} for field, detail in fields.items()
    ]
    return Problem(422, Invalid.detail, Invalid.code, errors=errors[:MAX_FIELD_ERRORS])


def add_error_handlers(app: FastAPI, respond: Respond) -> None:
    async def handle(request: Request, error: Exception) -> Response:
        return respond(request, to_problem(error))

    async def method_not_allowed(request: Request, error: Exception) -> Response:
        allow = allowed_methods(request, error)
        if request.method == "OPTIONS":
            return options_response(allow)
        problem = to_problem(error)
        problem.headers = {"Allow": allow}
        return respond(request, problem)

    app.add_exception_handler(405, method_not_allowed)
    for kind in (
        AppError,
        HTTPException,
        RequestValidationError,
        WebSocketRequestValidationError,
    ):
        app.add_exception_handler(kind, handle)
