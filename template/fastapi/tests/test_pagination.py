from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError

from app.pagination import (
    CURSOR,
    Cursor,
    Limit,
    decode_cursor,
    encode_cursor,
    get_page_params,
)

CURSORS = TypeAdapter[str](Cursor)
LIMITS = TypeAdapter[int](Limit)


@dataclass
class Row:
    created_at: datetime
    id: UUID


async def test_a_cursor_is_the_position_of_a_row() -> None:
    row = Row(datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC), UUID(int=5))
    position, cursor = (row.created_at, row.id), encode_cursor(row)
    assert CURSOR.fullmatch(cursor)
    assert decode_cursor(cursor) == position
    assert await get_page_params(limit=5, cursor=cursor) == (5, position)
    assert await get_page_params() == (20, None)
    assert decode_cursor("AP" + "_" * 30) > position


@pytest.mark.parametrize("limit", ["0", "101", "+10", "1_0", " 10", "10.0", "\u0661"])
def test_a_limit_consists_of_digits(limit: str) -> None:
    with pytest.raises(ValidationError):
        LIMITS.validate_python(limit)


@pytest.mark.parametrize("cursor", ["x", "A" * 31, "AP" + "_" * 31, "\ud800"])
def test_malformed_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(ValidationError):
        CURSORS.validate_python(cursor)
