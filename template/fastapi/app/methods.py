"""Allowed methods of a path: for 405, and for OPTIONS."""

from fastapi import Request, Response
from starlette.routing import Match

METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


def allowed_methods(request: Request, error: Exception) -> str:
    """Return every method of the path, not only those of the first route that fits."""
    scope = dict(request.scope)
    allowed = {
        method
        for method in METHODS
        for route in request.app.router.routes
        if route.matches(scope | {"method": method})[0] is Match.FULL
    }
    if not allowed:  # of an application that is mounted
        headers = getattr(error, "headers", None) or {}
        allowed = {*headers.get("Allow", "GET").split(", ")}
    allowed |= {"OPTIONS", "HEAD"} if "GET" in allowed else {"OPTIONS"}
    return ", ".join(sorted(allowed))


def options_response(allow: str) -> Response:
    return Response(status_code=204, headers={"Allow": allow})
