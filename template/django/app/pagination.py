"""Cursor pagination: stable while rows are added, and as fast on the last page."""

import base64
import binascii
import re
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_CURSOR_LENGTH = 200

Position = tuple[datetime, UUID]


def encode_cursor(row: Any) -> str:
    """Return the cursor that leads to the rows after this one."""
    position = f"{row.created_at.isoformat()} {row.pk}"
    return base64.urlsafe_b64encode(position.encode()).decode()


def decode_cursor(cursor: str) -> Position:
    """Return the position that a cursor names.

    Raises:
        ValueError: The cursor is not one of ours.
    """
    try:
        decoded = base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except binascii.Error as error:
        raise ValueError("not base64") from error
    created_at, _, row_id = decoded.partition(" ")
    return datetime.fromisoformat(created_at), UUID(row_id)


def _check_limit(value: object) -> object:
    # int() accepts signs, spaces, underscores and digits of other scripts.
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,3}", value):
        raise PydanticCustomError("limit", "Enter a number from 1 to 100.")
    return value


def _check_cursor(value: str) -> str:
    try:
        if value:
            decode_cursor(value)
    except ValueError:
        raise PydanticCustomError("cursor", "Use the next_cursor of a page.") from None
    return value


class PageParams(Schema):
    limit: Annotated[
        int,
        BeforeValidator(_check_limit),
        Field(ge=1, le=MAX_LIMIT),
    ] = DEFAULT_LIMIT
    cursor: Annotated[
        str, Field(max_length=MAX_CURSOR_LENGTH), AfterValidator(_check_cursor)
    ] = ""


def paginate[Row: Model](
    rows: QuerySet[Row], params: PageParams, *, newest_first: bool = False
) -> tuple[list[Row], str | None]:
    """Return the rows of a page, and the cursor of the next page if there is one."""
    rows = rows.order_by("created_at", "pk")
    if newest_first:
        rows = rows.reverse()
    if params.cursor:
        created_at, row_id = decode_cursor(params.cursor)
        after = "lt" if newest_first else "gt"
        rows = rows.filter(
            Q((f"created_at__{after}", created_at))
            | Q((f"pk__{after}", row_id), created_at=created_at)
        )
    page = list(rows[: params.limit + 1])
    has_next = len(page) > params.limit
    page = page[: params.limit]
    return page, encode_cursor(page[-1]) if has_next else None
