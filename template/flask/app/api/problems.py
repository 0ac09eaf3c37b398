"""The API's own problem documents: bad input, and how all are documented."""

from http import HTTPStatus
from typing import Any

from werkzeug import Response
from werkzeug.exceptions import UnprocessableEntity

from app.errors import problem

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "A problem document (RFC 9457).",
    "required": ["status", "title", "detail"],
    "properties": {
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "One entry for each field that is wrong.",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {
                    "field": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


class Invalid(UnprocessableEntity):
    """Well-formed but wrong, with one sentence for each field that is."""

    description = "Some of the input is wrong."

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__()
        self.errors = [{"field": name, "detail": why} for name, why in fields.items()]


def invalid(error: Invalid) -> Response:
    return problem(error, errors=error.errors)


def problems(*statuses: int) -> dict[int | str, Any]:
    """Document these statuses, for the `responses` of a view."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": PROBLEM}},
        }
        for status in statuses
    }
