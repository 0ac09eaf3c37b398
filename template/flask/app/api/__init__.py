"""The JSON API below /api/v1, and its documentation."""

import json
from typing import Any
from uuid import UUID

from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import abort, request
from flask.json.provider import DefaultJSONProvider
from flask_cors import CORS
from werkzeug import Response
from werkzeug.exceptions import BadRequest
from werkzeug.routing import UUIDConverter

from app.api import docs, items
from app.api.problems import Invalid, invalid
from app.settings import TITLE, Settings


class Flask(APIFlask):
    """The application, with errors and documentation of its own."""

    def __init__(self, import_name: str, **options: Any) -> None:
        super().__init__(
            import_name,
            title=TITLE,
            json_errors=False,
            spec_path=None,
            docs_path=None,
            **options,
        )


class JSONProvider(DefaultJSONProvider):
    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return json.loads(s, **kwargs)
        except RecursionError:
            raise ValueError("nested too deeply") from None


class IdConverter(UUIDConverter):
    """An id in a path: a malformed one is bad input, not an unknown page."""

    regex = "[^/]+"

    def to_python(self, value: str) -> UUID:
        try:
            return UUID(value)
        except ValueError:
            raise Invalid({"item_id": "An id is a UUID."}) from None


def init_app(app: Any, settings: Settings) -> None:
    app.json = JSONProvider(app)
    app.url_map.converters["id"] = IdConverter
    app.register_blueprint(items.bp)
    app.before_request(check_body)
    app.register_error_handler(HTTPError, wrong)
    app.register_error_handler(Invalid, invalid)
    docs.init_app(app, serve=settings.api_docs)
    if settings.cors_origins:
        CORS(
            app,
            resources=r"/api/.*",
            origins=list(settings.cors_origins),
            allow_headers=["Content-Type", "X-Request-ID"],
            expose_headers=["Location", "X-Request-ID"],
            max_age=600,
            always_send=False,
        )


def check_body() -> None:
    if request.method in {"PATCH", "POST"} and request.path.startswith("/api/"):
        if request.routing_exception:
            return
        if request.mimetype != "application/json":
            abort(415, "Send the body as application/json.")
        try:
            body = request.get_json()
        except BadRequest:
            abort(400, "The body is not valid JSON.")
        if not isinstance(body, dict):
            raise Invalid({"body": "Send a JSON object."})


def wrong(error: HTTPError) -> Response:
    """Say what APIFlask finds wrong the way every other error is said."""
    details: Any = error.detail
    fields = {
        name: messages[0].removeprefix("Value error, ")
        for fields in details.values()
        for name, messages in fields.items()
    }
    return invalid(Invalid(fields))
