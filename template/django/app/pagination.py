"""Cursor pagination: stable while rows are added, and as fast on the last page."""

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
EPOCH = datetime(1, 1, 1, tzinfo=UTC)
# 24 bytes in base64: 8 for the time, of which the first is 0, and 16 for the id.
CURSOR = re.compile("A[A-P][A-Za-z0-9_-]{30}")
CURSOR_EXAMPLE = "AOMhUdE_tgA_K4weXUpOb5p7DB0uP0pb"

Position = tuple[datetime, UUID]


def encode_cursor(row: Any) -> str:
    """Return the cursor that leads to the rows after this one."""
    microseconds = (row.created_at - EPOCH) // timedelta(microseconds=1)
    position = microseconds.to_bytes(8, "big") + row.pk.bytes
    return base64.urlsafe_b64encode(position).decode("ascii")


def decode_cursor(cursor: str) -> Position:
    position = base64.urlsafe_b64decode(cursor)
    created_at = EPOCH + timedelta(microseconds=int.from_bytes(position[:8], "big"))
    return created_at, UUID(bytes=position[8:])


def _check_limit(value: object) -> object:
    # int() accepts signs, spaces, underscores and digits of other scripts.
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,3}", value):
        raise PydanticCustomError("limit", "Enter a number from 1 to 100.")
    return value


def _check_cursor(value: str) -> str:
    if not CURSOR.fullmatch(value):
        raise PydanticCustomError("cursor", "Use the next_cursor of a page.")
    return value


Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT), BeforeValidator(_check_limit)]
Cursor = Annotated[
    str,
    Field(
        max_length=32,
        examples=[CURSOR_EXAMPLE],
        json_schema_extra={"pattern": f"^{CURSOR.pattern}$"},
    ),
    AfterValidator(_check_cursor),
]


class PageParams(Schema):
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


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
