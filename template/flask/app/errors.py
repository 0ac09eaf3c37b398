"""Errors, and how they are reported to clients (RFC 9457)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response, json
from sqlalchemy.exc import SQLAlchemyError
from structlog import get_logger
from werkzeug.exceptions import HTTPException, InternalServerError, default_exceptions

from app.database import is_conflict, is_unavailable

MAX_FIELD_ERRORS = 20
log = get_logger()


class AppError(Exception):
    """An error with a status and a stable code for clients."""

    status = 400
    code = "bad_request"
    detail = "The request cannot be processed."
    headers: Sequence[tuple[str, str]] = ()
    errors: Sequence[Mapping[str, str]] = ()

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or self.detail
        super().__init__(self.detail)


class InvalidJSON(AppError):
    code, detail = "invalid_json", "The body is not valid JSON."


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

    def __init__(self, fields: Mapping[str, str]) -> None:
        """Take one sentence for each invalid field. Further ones are left out."""
        super().__init__()
        self.errors = [
            # A name can contain lone surrogates, which UTF-8 cannot encode.
            {"field": name[:100].encode(errors="replace").decode(), "detail": detail}
            for name, detail in list(fields.items())[:MAX_FIELD_ERRORS]
        ]


class Unavailable(AppError):
    status, code = 503, "unavailable"
    detail = "The service is busy. Try again in a moment."


@dataclass
class Problem:
    """What is reported to a client about an error."""

    status: int
    detail: str
    code: str = ""
    headers: Sequence[tuple[str, str]] = ()
    errors: Sequence[Mapping[str, str]] = ()

    @property
    def title(self) -> str:
        return HTTPStatus(self.status).phrase


Respond = Callable[[Problem], Response]


def problem_response(problem: Problem) -> Response:
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
    response = Response(
        json.dumps(content), problem.status, content_type="application/problem+json"
    )
    response.headers.extend(problem.headers)
    return response


def to_problem(error: AppError | HTTPException) -> Problem:
    match error:
        case AppError():
            problem = Problem(
                error.status, error.detail, error.code, error.headers, error.errors
            )
        case InternalServerError():
            detail = "Something went wrong on our side."
            problem = Problem(500, detail, "internal_error")
        case _:
            headers = [
                (name, value)
                for name, value in error.get_headers()
                if name != "Content-Type"  # of Werkzeug's page
            ]
            problem = Problem(
                error.code or 500, error.description or error.name, headers=headers
            )
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        problem.headers = [("Retry-After", "1")]
    return problem


def add_error_handlers(app: Flask, respond: Respond) -> None:
    """Answer errors. Flask's debugger shows those that are not expected."""

    def handle_error(error: AppError | HTTPException) -> Response:
        return respond(to_problem(error))

    def handle_database_error(error: SQLAlchemyError) -> Response:
        if is_unavailable(error):
            log.warning("database_unavailable", error=str(error))
            return handle_error(Unavailable())
        if is_conflict(error):
            log.error("failed", exc_info=error)
            return handle_error(Conflict())
        raise error

    app.register_error_handler(AppError, handle_error)
    app.register_error_handler(HTTPException, handle_error)
    app.register_error_handler(SQLAlchemyError, handle_database_error)


def refuse(
    app: Flask,
    respond: Respond,
    environ: WSGIEnvironment,
    start_response: StartResponse,
    status: HTTPStatus,
) -> Iterable[bytes]:
    """Answer a request that is refused before it reaches the application."""
    with app.request_context(environ):
        response = respond(to_problem(default_exceptions[status]()))
        return app.process_response(response)(environ, start_response)
