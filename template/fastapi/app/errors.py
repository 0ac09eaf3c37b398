"""Errors become problem documents (RFC 9457)."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from structlog import get_logger

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]
Handlers = dict[int | type[Exception], Handler]
log = get_logger()


class Refused(Exception):  # noqa: N818 - it says what happened
    """What the domain refuses, with the status that says so over HTTP."""

    status, detail = 400, "This cannot be done."


class Problem(NamedTuple):
    status: int
    detail: str
    headers: Mapping[str, str] | None = None
    errors: Sequence[dict[str, str]] = ()


def problem_response(_request: Request, problem: Problem) -> Response:
    status, detail, headers, errors = problem
    content = {"status": status, "title": HTTPStatus(status).phrase, "detail": detail}
    more = {"errors": errors} if errors else {}
    return JSONResponse(content | more, status, headers, "application/problem+json")


def error_handlers(respond: Callable[[Request, Problem], Response]) -> Handlers:
    async def refused(request: Request, error: Refused) -> Response:
        return respond(request, Problem(error.status, error.detail))

    async def http(request: Request, error: HTTPException) -> Response:
        return respond(request, Problem(error.status_code, error.detail, error.headers))

    async def invalid(request: Request, error: RequestValidationError) -> Response:
        if any(entry["type"] == "json_invalid" for entry in error.errors()):
            return respond(request, Problem(400, "The body is not valid JSON."))
        # One entry a field, and never what was sent.
        fields = {".".join(map(str, e["loc"])): e["msg"] for e in error.errors()}
        errors = [{"field": name, "detail": msg} for name, msg in fields.items()]
        return respond(request, Problem(422, "Some input is wrong.", errors=errors))

    async def failed(request: Request, error: Exception) -> Response:
        log.error("failed", exc_info=error)
        return respond(request, Problem(500, "Something went wrong on our side."))

    kinds = (Refused, HTTPException, RequestValidationError, Exception)
    return dict(zip(kinds, (refused, http, invalid, failed), strict=True))
