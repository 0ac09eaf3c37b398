"""Checks of requests to the API."""

import json
from typing import Any
from uuid import UUID

from apiflask.exceptions import HTTPError
from flask import Response, request
from flask.json.provider import DefaultJSONProvider
from pydantic import TypeAdapter, ValidationError
from werkzeug.exceptions import BadRequest, UnprocessableEntity
from werkzeug.routing import UUIDConverter

from app.errors import (
    Invalid,
    InvalidJSON,
    UnsupportedMediaType,
    problem_response,
    to_problem,
)

MAX_FIELDS = 100
UUID_ADAPTER = TypeAdapter(UUID)


class JSONProvider(DefaultJSONProvider):
    """Reads JSON. Nesting that is too deep is an error of the client."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return json.loads(s, **kwargs)
        except RecursionError:
            raise ValueError("nested too deeply") from None


class InvalidId(UnprocessableEntity):
    """A malformed id in a path. Flask expects an HTTP error here."""


class IdConverter(UUIDConverter):
    """An id in a path. A malformed one is answered with 422 instead of 404."""

    regex = "[^/]+"

    def to_python(self, value: str) -> UUID:
        try:
            # UUID() also accepts the digits of other scripts.
            return UUID_ADAPTER.validate_python(value)
        except ValidationError:
            raise InvalidId from None


def check_json() -> None:
    """Refuse bodies that are not JSON objects, before their fields are validated."""
    if request.method not in {"PATCH", "POST"}:
        return
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        body = request.get_json()
    except BadRequest:
        raise InvalidJSON from None
    if not isinstance(body, dict):
        raise Invalid({"body": "Send a JSON object."})
    if len(body) > MAX_FIELDS:
        raise Invalid({"body": f"Send at most {MAX_FIELDS} fields."})


def handle_invalid_id(_: InvalidId) -> Response:
    return problem_response(to_problem(Invalid({"id": "An id is a UUID."})))


def handle_validation_error(error: HTTPError) -> Response:
    """Answer APIFlask's validation errors like other errors."""
    details: dict[str, dict[str, list[str]]] = error.detail
    fields = {
        "body" if name == "_schema" else name: messages[0].removeprefix("Value error, ")
        for location in details.values()
        for name, messages in location.items()
    }
    return problem_response(to_problem(Invalid(fields)))
