from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import ValidationError

from app.pagination import PageParams, decode_cursor, encode_cursor


@dataclass
class Row:
    created_at: datetime
    id: UUID


def test_a_cursor_is_the_position_of_a_row() -> None:
    row = Row(datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC), UUID(int=5))
    assert decode_cursor(encode_cursor(row)) == (row.created_at, row.id)


@pytest.mark.parametrize("limit", ["0", "101", "+10", "1_0", " 10", "10.0", "\u0661"])
def test_a_limit_consists_of_digits(limit: str) -> None:
    with pytest.raises(ValidationError):
        PageParams.model_validate({"limit": limit})


@pytest.mark.parametrize("cursor", ["x", "A" * 31, "AP" + "_" * 31, "\ud800"])
def test_malformed_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(ValidationError):
        PageParams.model_validate({"cursor": cursor})
