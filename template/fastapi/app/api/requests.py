"""Checks of requests with a body."""

from fastapi import Request
from starlette.exceptions import HTTPException

from app.errors import UnsupportedMediaType


async def require_json(request: Request) -> None:
    """Refuse bodies that are not JSON: FastAPI alone answers those with 422."""
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaType
    if not await request.body():
        raise HTTPException(400, "The body is not valid JSON.")
