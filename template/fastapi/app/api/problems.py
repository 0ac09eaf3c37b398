"""How the API documents its problem documents."""

from http import HTTPStatus
from typing import Any, Literal

from fastapi import Request, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app.errors import Handler


class ProblemDocument(BaseModel):
    """What went wrong (RFC 9457); of bad input, each field that is wrong."""

    status: int
    title: str
    detail: str
    errors: list[dict[Literal["field", "detail"], str]] = []


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document these statuses, for the `responses` of a route."""
    schema = ProblemDocument.model_json_schema()
    content = {"application/problem+json": {"schema": schema}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in statuses
    }


METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


async def method_not_allowed(request: Request, error: HTTPException) -> Response:
    """Name every method of the path, not only those of the first route that fits.

    OPTIONS, which no route has, is answered with them.
    """
    scope, own = dict(request.scope), (error.headers or {}).get("Allow", "GET")
    allowed = {
        method
        for method in METHODS
        for route in request.app.router.routes
        if route.matches(scope | {"method": method})[0] is Match.FULL
    } or {*own.split(", ")}  # of what is mounted
    allowed |= {"OPTIONS", "HEAD"} if "GET" in allowed else {"OPTIONS"}
    error.headers = {"Allow": ", ".join(sorted(allowed))}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=error.headers)
    handler: Handler = request.app.exception_handlers[HTTPException]
    return await handler(request, error)
