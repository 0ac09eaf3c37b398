"""The filters of lists, by the types of columns.

They are fields of one form, so that each can be left empty. For another type of column,
add a filter that inherits from OptionalFilter and one of Flask-Admin's filters, which
`flask_admin.contrib.sqla.filters` has for most types, and list it in FILTERS.
"""
# Flask-Admin has no types.
# mypy: allow-subclassing-any

import math
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID

from flask_admin.contrib.sqla.filters import (
    BaseSQLAFilter,
    BooleanEqualFilter,
    EnumEqualFilter,
    FilterEqual,
    FilterGreater,
    FilterLike,
    FilterSmaller,
)
from flask_admin.model.filters import BaseFilterConverter
from sqlalchemy import Column, Enum

MAX_SEARCH_LENGTH = 200
MAX_INTEGER = 2**63 - 1


def clean_search(text: str) -> str:
    """Return what databases accept as a pattern."""
    return text.replace("\0", "")[:MAX_SEARCH_LENGTH]


class TextFilter(FilterLike):
    def clean(self, value: str) -> str:
        return clean_search(value)


class OptionalFilter(BaseSQLAFilter):
    """A filter that can be left empty."""

    def validate(self, value: str) -> bool:
        return value == "" or super().validate(value)


class BooleanFilter(OptionalFilter, BooleanEqualFilter):
    pass


class EnumFilter(OptionalFilter, EnumEqualFilter):
    """Offers the values of an Enum."""

    def __init__(self, column: Column[Any], name: str) -> None:
        self.values = cast("Enum", column.type).enums
        super().__init__(column, name, [(value, value) for value in self.values])

    def validate(self, value: str) -> bool:
        return value == "" or value in self.values


class IntegerFilter(OptionalFilter):
    def clean(self, value: str) -> int:
        number = int(value)
        if abs(number) > MAX_INTEGER:
            raise ValueError("databases do not store it")
        return number


class IntegerEqualFilter(IntegerFilter, FilterEqual):
    pass


class IntegerGreaterFilter(IntegerFilter, FilterGreater):
    pass


class IntegerSmallerFilter(IntegerFilter, FilterSmaller):
    pass


class NumberFilter(OptionalFilter):
    def clean(self, value: str) -> float:
        number = float(value)
        if not math.isfinite(number):
            raise ValueError("databases do not store it")
        return number


class NumberEqualFilter(NumberFilter, FilterEqual):
    pass


class NumberGreaterFilter(NumberFilter, FilterGreater):
    pass


class NumberSmallerFilter(NumberFilter, FilterSmaller):
    pass


class DateFilter(OptionalFilter):
    def __init__(self, column: Column[date], name: str) -> None:
        super().__init__(column, name, data_type="date")

    def clean(self, value: str) -> date:
        return date.fromisoformat(value)


class AfterDateFilter(DateFilter, FilterGreater):
    def operation(self) -> str:
        return "after"


class BeforeDateFilter(DateFilter, FilterSmaller):
    def operation(self) -> str:
        return "before"


class IdFilter(OptionalFilter, FilterEqual):
    def clean(self, value: str) -> UUID:
        return UUID(value)


class TimeFilter(OptionalFilter):
    """Compares with a time in UTC."""

    def __init__(self, column: Column[datetime], name: str) -> None:
        super().__init__(column, name, data_type="datetime-local")

    def clean(self, value: str) -> datetime:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)


class AfterFilter(TimeFilter, FilterGreater):
    def operation(self) -> str:
        return "after (UTC)"


class BeforeFilter(TimeFilter, FilterSmaller):
    def operation(self) -> str:
        return "before (UTC)"


INTEGER_FILTERS = [IntegerEqualFilter, IntegerGreaterFilter, IntegerSmallerFilter]
NUMBER_FILTERS = [NumberEqualFilter, NumberGreaterFilter, NumberSmallerFilter]
# The names of types of SQLAlchemy, and of this project's own.
FILTERS: dict[str, list[type[BaseSQLAFilter]]] = {
    "BigInteger": INTEGER_FILTERS,
    "Boolean": [BooleanFilter],
    "Date": [AfterDateFilter, BeforeDateFilter],
    "Enum": [EnumFilter],
    "Float": NUMBER_FILTERS,
    "Integer": INTEGER_FILTERS,
    "Numeric": NUMBER_FILTERS,
    "SmallInteger": INTEGER_FILTERS,
    "String": [TextFilter],
    "Text": [TextFilter],
    "UTCDateTime": [AfterFilter, BeforeFilter],
    "Uuid": [IdFilter],
}


class FilterConverter(BaseFilterConverter):
    def convert(
        self, type_name: str, column: Column[object], name: str, **_: object
    ) -> list[BaseSQLAFilter]:
        filters = FILTERS.get(type_name, [])  # Flask-Admin reports it if there is none.
        return [filter_class(column, name) for filter_class in filters]
