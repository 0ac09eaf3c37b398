from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.items.inputs import (
    clean_description,
    clean_name,
    clean_price,
    cursor_of,
    place_of,
)
from app.items.models import Item


@pytest.mark.parametrize("name", ["", "  ", "a" * 101, "a\0b", "\ud800", "a\nb"])
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="A name has"):
        clean_name(name)


def test_names_are_stripped_and_composed() -> None:
    assert clean_name(" cafe\u0301 ") == "café"


@pytest.mark.parametrize("description", ["a" * 1001, "a\0b", "\udfff"])
def test_bad_descriptions_are_refused(description: str) -> None:
    with pytest.raises(ValueError, match=r"characters|readable"):
        clean_description(description)


@pytest.mark.parametrize(
    "price", ["1.001", "-1", "1000000.01", "1e2", 1e400, 1e-9, True, ""]
)
def test_bad_prices_are_refused(price: object) -> None:
    with pytest.raises(ValueError, match="A price is"):
        clean_price(price)


@pytest.mark.parametrize("price", ["9", "9.0", 9, 9.0, "09.00", 57 * 0.01 + 8.43])
def test_prices_have_two_decimals(price: object) -> None:
    assert str(clean_price(price)) == "9.00"


def test_a_cursor_names_a_place() -> None:
    place = datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC), UUID(int=5)
    assert place_of(cursor_of(Item(created_at=place[0], id=place[1]))) == place
    assert place_of("AP" + "_" * 30) > place
    with pytest.raises(ValueError, match="not a cursor"):
        place_of("x")
