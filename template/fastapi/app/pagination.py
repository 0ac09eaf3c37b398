"""Cursors that lead through long lists."""

import base64
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

MAX_PAGE_SIZE = 100
EPOCH = datetime(1, 1, 1, tzinfo=UTC)
DIGITS = re.compile("[0-9]{1,10}")
# 24 bytes in base64: 8 for the time, of which the first is 0, and 16 for the id.
CURSOR = re.compile("A[A-P][A-Za-z0-9_-]{30}")
CURSOR_EXAMPLE = "AOMhUdE_tgA_K4weXUpOb5p7DB0uP0pb"
Position = tuple[datetime, UUID]
Row = TypeVar("Row")
Schema = TypeVar("Schema", bound=BaseModel)


class Listed(Protocol):
    """A row of a list that is ordered by creation time and id."""

    created_at: datetime
    id: UUID


def encode_cursor(row: Listed) -> str:
    microseconds = (row.created_at - EPOCH) // timedelta(microseconds=1)
    raw = microseconds.to_bytes(8, "big") + row.id.bytes
    return base64.urlsafe_b64encode(raw).decode("ascii")


def decode_cursor(cursor: str) -> Position:
    raw = base64.urlsafe_b64decode(cursor)
    created_at = EPOCH + timedelta(microseconds=int.from_bytes(raw[:8], "big"))
    return created_at, UUID(bytes=raw[8:])


def check_digits(value: object) -> object:
    # int() also accepts signs, spaces, underscores and the digits of other scripts.
    if isinstance(value, str) and not DIGITS.fullmatch(value):
        raise PydanticCustomError("int_parsing", "Input should be digits.")
    return value


def _check_cursor(value: str) -> str:
    if not CURSOR.fullmatch(value):
        raise PydanticCustomError("cursor", "This is not a cursor of this list.")
    return value


Limit = Annotated[int, Field(ge=1, le=MAX_PAGE_SIZE), BeforeValidator(check_digits)]
Cursor = Annotated[
    str,
    Field(
        max_length=32,
        examples=[CURSOR_EXAMPLE],
        json_schema_extra={"pattern": f"^{CURSOR.pattern}$"},
    ),
    AfterValidator(_check_cursor),
]


class PageParams(NamedTuple):
    limit: int
    after: Position | None


async def get_page_params(
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> PageParams:
    """Return which page of a list a client asks for, by its query parameters."""
    return PageParams(limit, decode_cursor(cursor) if cursor else None)


class Page(BaseModel, Generic[Row]):
    model_config = ConfigDict(validate_by_alias=True, validate_by_name=True)

    rows: list[Row] = Field(alias="items")
    next_cursor: Annotated[str | None, Field(examples=[CURSOR_EXAMPLE])]


def create_page(
    schema: type[Schema], found: Sequence[Listed], limit: int
) -> Page[Schema]:
    """Return a page of at most `limit` rows. If more were found, it has a cursor."""
    return Page(
        rows=[schema.model_validate(row) for row in found[:limit]],
        next_cursor=encode_cursor(found[limit - 1]) if len(found) > limit else None,
    )
