"""Cursor pagination in the API: its parameters, and how it reads them."""

import re
from typing import Annotated

from django.db.models import Model, QuerySet
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from app.cursors import CURSOR, read_page

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
CURSOR_EXAMPLE = "AOMhUdE_tgA_K4weXUpOb5p7DB0uP0pb"


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


class PageParams(BaseModel):
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


def paginate[Row: Model](
    rows: QuerySet[Row], params: PageParams, *, newest_first: bool = False
) -> tuple[list[Row], str | None]:
    """Return the rows of a page, and the cursor of the next page if there is one."""
    return read_page(
        rows, limit=params.limit, cursor=params.cursor, newest_first=newest_first
    )
