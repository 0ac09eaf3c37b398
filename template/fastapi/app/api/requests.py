"""Checks of requests with a body."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.errors import UnsupportedMediaType

MAX_FIELDS = 100


async def require_json(request: Request) -> None:
    """Refuse bodies that are not JSON: FastAPI alone answers those with 422.

    FastAPI has parsed the body already, and validates its fields after this. To create
    an error for each of many thousand unknown fields would take long.
    """
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaType
    if not await request.body():
        raise HTTPException(400, "The body is not valid JSON.")
    body = await request.json()
    if isinstance(body, dict) and len(body) > MAX_FIELDS:
        message = f"Send at most {MAX_FIELDS} fields."
        error = {"type": "too_many_fields", "loc": ("body",), "msg": message}
        raise RequestValidationError([error])
