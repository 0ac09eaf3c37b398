"""Cursor pagination: stable while rows are added, and as fast on the last page."""

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet

EPOCH = datetime(1, 1, 1, tzinfo=UTC)
# 24 bytes in base64: 8 for the time, of which the first is 0, and 16 for the id.
CURSOR = re.compile("A[A-P][A-Za-z0-9_-]{30}")

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


def read_page[Row: Model](
    rows: QuerySet[Row], *, limit: int, cursor: str | None, newest_first: bool = False
) -> tuple[list[Row], str | None]:
    """Return the rows of a page, and the cursor of the next page if there is one."""
    rows = rows.order_by("created_at", "pk")
    if newest_first:
        rows = rows.reverse()
    if cursor:
        created_at, row_id = decode_cursor(cursor)
        after = "lt" if newest_first else "gt"
        rows = rows.filter(
            Q((f"created_at__{after}", created_at))
            | Q((f"pk__{after}", row_id), created_at=created_at)
        )
    page = list(rows[: limit + 1])
    has_next = len(page) > limit
    page = page[:limit]
    return page, encode_cursor(page[-1]) if has_next else None
