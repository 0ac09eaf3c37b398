import re

import pytest
from pydantic import TypeAdapter, ValidationError

from app.items.schemas import (
    DESCRIPTION_MAX_LENGTH,
    NAME_MAX_LENGTH,
    Description,
    Name,
    Price,
)

DESCRIPTIONS = TypeAdapter[object](Description)
NAMES = TypeAdapter[object](Name)
PRICES = TypeAdapter[object](Price)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "a" * (NAME_MAX_LENGTH + 1),
        "\u0327\u0301" * 1000,
        "a\0b",
        "\ud800",
        "a\nb",
        "\u200b",
    ],
)
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        NAMES.validate_python(name)


def test_the_schema_of_names_has_their_length() -> None:
    pattern = NAMES.json_schema()["pattern"]
    # The visible characters are at an end, or in the middle.
    half = "\u200b" * ((NAME_MAX_LENGTH - 1) // 2)
    for name in ("a" * NAME_MAX_LENGTH, f"{half}a{half}"):
        assert NAMES.validate_python(name) == name
        assert re.search(pattern, name)
    for name in ("a" * (NAME_MAX_LENGTH + 1), f"{half}\u200ba\u200b{half}"):
        assert not re.search(pattern, name)


def test_names_are_stripped_and_composed() -> None:
    assert NAMES.validate_python(" cafe\u0301 ") == "café"


@pytest.mark.parametrize(
    "description", ["a" * (DESCRIPTION_MAX_LENGTH + 1), "a\0b", "\udfff"]
)
def test_bad_descriptions_are_refused(description: str) -> None:
    with pytest.raises(ValidationError):
        DESCRIPTIONS.validate_python(description)


@pytest.mark.parametrize(
    "price", ["1.001", "-1", "1000000.01", "1e2", "\u0661", 1e400, 1e-9, True]
)
def test_bad_prices_are_refused(price: object) -> None:
    with pytest.raises(ValidationError):
        PRICES.validate_python(price)


@pytest.mark.parametrize("price", ["9", "9.0", 9, 9.0, "09.00", 57 * 0.01 + 8.43])
def test_prices_have_two_decimals(price: object) -> None:
    assert str(PRICES.validate_python(price)) == "9.00"
