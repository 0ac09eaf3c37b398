"""Numbered pages of a list."""

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFound
from app.pagination import check_digits

PAGE_SIZE = 20
Row = TypeVar("Row")
PageNumber = Annotated[
    int, Query(alias="page"), Field(ge=1, le=100_000), BeforeValidator(check_digits)
]


class NumberedPage(BaseModel, Generic[Row]):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    rows: Sequence[Row]
    number: int
    total: int

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.last < self.total


async def paginate(
    session: AsyncSession, query: Select[Row], number: int
) -> NumberedPage[Row]:
    """Return a page of what an ordered query finds, and count all of it."""
    count = select(func.count()).select_from(query.order_by(None).subquery())
    page_query = query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    rows = (await session.scalars(page_query)).all()
    if not rows and number > 1:
        raise NotFound("This list has fewer pages.")
    total = await session.scalar(count) or 0
    return NumberedPage(rows=rows, number=number, total=total)
