"""How the API documents its errors."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel


class ProblemDocument(BaseModel, title="Problem"):
    """What went wrong (RFC 9457). Invalid input is listed by field."""

    type: str
    status: int
    title: str
    detail: str
    code: str = ""
    errors: list[dict[str, str]] = []


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Document these statuses, for the `responses` of a route."""
    schema = ProblemDocument.model_json_schema()
    content = {"application/problem+json": {"schema": schema}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in statuses
    }
