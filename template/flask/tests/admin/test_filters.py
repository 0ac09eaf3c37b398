import enum

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Enum,
    Float,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    select,
)
from sqlalchemy.types import TypeEngine

from app.admin.filters import FilterConverter


class Tea(enum.Enum):
    GREEN = "green"
    BLACK = "black"


@pytest.mark.parametrize(
    ("column_type", "values", "invalid_values"),
    [
        (BigInteger(), ["-7"], ["x", "9" * 50]),
        (Date(), ["2026-11-28"], ["x", "2026-11-31"]),
        (Enum(Tea), ["GREEN", "BLACK"], ["x", "green"]),
        (Enum("green", "black"), ["green"], ["x"]),
        (Float(), ["1.5"], ["x", "nan", "1e400"]),
        (Integer(), ["7"], ["x", "7.5", "9" * 50]),
        (Numeric(9, 2), ["9", "9.1"], ["x", "nan", "inf"]),
        (SmallInteger(), ["7"], ["x"]),
        (Text(), ["tea", "\0"], []),
    ],
)
def test_each_type_of_column_has_filters(
    column_type: TypeEngine[object], values: list[str], invalid_values: list[str]
) -> None:
    column = Column("tea", column_type)
    name = type(column_type).__name__
    filters = FilterConverter().convert(name, column, "Tea")
    assert filters
    for each in filters:
        assert each.validate("")
        assert not any(map(each.validate, invalid_values))
        for value in values:
            assert each.validate(value)
            condition = each.apply(select(column), each.clean(value))
            assert "WHERE" in str(condition)
