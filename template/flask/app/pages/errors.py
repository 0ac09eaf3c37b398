"""Errors as pages, and as problem documents for those who prefer JSON."""

from flask import render_template, request
from werkzeug import Response
from werkzeug.exceptions import HTTPException

from app.errors import problem

TYPES = ("text/html", "application/problem+json", "application/json")


def page_or_problem(error: HTTPException) -> Response:
    best = request.accept_mimetypes.best_match(TYPES)
    if best != TYPES[0] or request.path.startswith("/api/"):
        return problem(error)
    response = error.get_response()  # It brings headers such as Allow.
    response.data = render_template("error.html", error=error)
    response.content_type = "text/html; charset=utf-8"
    return response
