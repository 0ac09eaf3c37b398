"""Errors become problem documents (RFC 9457)."""

from collections.abc import Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, json
from werkzeug import Response
from werkzeug.exceptions import HTTPException, default_exceptions

from app.settings import Settings


def problem(error: HTTPException, **members: object) -> Response:
    response = error.get_response()  # It brings headers such as Allow.
    content = {"status": error.code, "title": error.name, "detail": error.description}
    response.data = json.dumps(content | members)
    response.content_type = "application/problem+json"
    return response


def init_app(app: Flask, _settings: Settings) -> None:
    app.url_map.merge_slashes = False
    app.register_error_handler(HTTPException, problem)


def refuse(
    app: Flask, environ: WSGIEnvironment, start: StartResponse, status: HTTPStatus
) -> Iterable[bytes]:
    """Answer what is refused before it reaches the application as that would."""
    with app.request_context(environ):
        answer = app.handle_user_exception(default_exceptions[status]())
        return app.make_response(answer)(environ, start)
