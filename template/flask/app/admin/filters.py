"""The filters of lists, by the types of columns.

They are fields of one form, so that each can be left empty.
"""

from datetime import UTC, datetime
from uuid import UUID

from flask_admin.contrib.sqla.filters import (
    BaseSQLAFilter,
    BooleanEqualFilter,
    FilterEqual,
    FilterGreater,
    FilterLike,
    FilterSmaller,
)
from flask_admin.model.filters import BaseFilterConverter
from sqlalchemy import Column

MAX_SEARCH_LENGTH = 200


def clean_search(text: str) -> str:
    """Return what databases accept as a pattern."""
    return text.replace("\0", "")[:MAX_SEARCH_LENGTH]


class TextFilter(FilterLike):  # type: ignore[misc]  # Flask-Admin has no types
    def clean(self, value: str) -> str:
        return clean_search(value)


class BooleanFilter(BooleanEqualFilter):  # type: ignore[misc]  # Flask-Admin has no types
    def validate(self, value: str) -> bool:
        return value == "" or super().validate(value)


class IdFilter(FilterEqual):  # type: ignore[misc]  # Flask-Admin has no types
    def validate(self, value: str) -> bool:
        return value == "" or super().validate(value)

    def clean(self, value: str) -> UUID:
        return UUID(value)


class TimeFilter(BaseSQLAFilter):  # type: ignore[misc]  # Flask-Admin has no types
    """Compares with a time in UTC."""

    def __init__(self, column: Column[datetime], name: str) -> None:
        super().__init__(column, name, data_type="datetime-local")

    def validate(self, value: str) -> bool:
        return value == "" or super().validate(value)

    def clean(self, value: str) -> datetime:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)


class AfterFilter(TimeFilter, FilterGreater):  # type: ignore[misc]  # Flask-Admin has no types
    def operation(self) -> str:
        return "after (UTC)"


class BeforeFilter(TimeFilter, FilterSmaller):  # type: ignore[misc]  # Flask-Admin has no types
    def operation(self) -> str:
        return "before (UTC)"


FILTERS: dict[str, list[type[BaseSQLAFilter]]] = {
    "Boolean": [BooleanFilter],
    "String": [TextFilter],
    "UTCDateTime": [AfterFilter, BeforeFilter],
    "Uuid": [IdFilter],
}


class FilterConverter(BaseFilterConverter):  # type: ignore[misc]  # Flask-Admin has no types
    def convert(
        self, type_name: str, column: Column[object], name: str, **_: object
    ) -> list[BaseSQLAFilter]:
        filters = FILTERS.get(type_name, [])  # Flask-Admin reports it if there is none.
        return [filter_class(column, name) for filter_class in filters]
