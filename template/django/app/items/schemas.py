"""What the API accepts and returns for items."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from app.api.schemas import Input, Output
from app.items.models import (
    DESCRIPTION_MAX_LENGTH,
    MAX_PRICE,
    NAME_MAX_LENGTH,
    PRICE_PATTERN,
    Item,
)
from app.pagination import CURSOR_EXAMPLE
from app.text import MAX_SHRINKAGE, normalize_line

CENT = Decimal("0.01")


def validate_by_model(field_name: str) -> Callable[[Any], Any]:
    """Return a validator that applies the rules of the model's field."""
    field: Any = Item._meta.get_field(field_name)  # noqa: SLF001 - documented as public

    def validate(value: Any) -> Any:
        try:
            return field.clean(value, None)
        except ValidationError as error:
            message = {"message": " ".join(error.messages)}
            raise PydanticCustomError("invalid", "{message}", message) from None

    return validate


def normalize_name(name: str) -> str:
    return normalize_line(name, max_length=NAME_MAX_LENGTH)


def parse_price(value: object) -> Decimal:
    """Accept text as people write it, or a number as JSON has it."""
    if isinstance(value, str) and re.fullmatch(PRICE_PATTERN, value):
        return Decimal(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return round_to_cents(Decimal(value))
    raise PydanticCustomError("price", "Enter a number such as 9.00.")


def round_to_cents(price: Decimal) -> Decimal:
    """Return 0.57 for 0.5700000000000001, which clients that calculate may send."""
    if 0 <= price <= MAX_PRICE:
        rounded = price.quantize(CENT)
        if abs(price - rounded) < rounded * Decimal("1e-12"):
            return rounded
    return price


def add_cents(price: Decimal) -> Decimal:
    return abs(price).quantize(CENT)


# JSON Schema for these rules. Space around a name is ignored. One character must be
# visible: the pattern asks for the first, the last, or one near the middle. A lookahead
# would be exact, but programs that generate input from a schema need minutes for it.
_CONTROL = r"\u0000-\u001f\u007f-\u009f"
_INVISIBLE = r"\u00ad\u0300-\u036f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
_EDGE, _VISIBLE = rf"[^\s{_CONTROL}]", rf"[^\s{_CONTROL}{_INVISIBLE}]"
_REST = rf"[^{_CONTROL}]{{0,{NAME_MAX_LENGTH - 2}}}"
_HALF = rf"[^{_CONTROL}]{{0,{(NAME_MAX_LENGTH - 3) // 2}}}"
_NAME = (
    f"{_VISIBLE}({_REST}{_EDGE})?"
    f"|{_EDGE}({_REST}{_VISIBLE}|{_HALF}{_VISIBLE}{_HALF}{_EDGE})"
)
_NAME_SCHEMA = {
    "type": "string",
    "minLength": 1,
    "maxLength": NAME_MAX_LENGTH * MAX_SHRINKAGE,
    "pattern": r"^\s{0,9}(" + _NAME + r")\s{0,9}$",
    "examples": ["Fountain pen"],
}
_DESCRIPTION_SCHEMA = {
    "type": "string",
    "maxLength": DESCRIPTION_MAX_LENGTH,
    "pattern": r"^[^\u0000]*$",
    "examples": ["With a steel nib."],
}
_PRICE_SCHEMA = {
    "anyOf": [
        {
            "type": "string",
            "pattern": r"^([0-9]{1,6}(\.[0-9]{1,2})?|1000000(\.00?)?)$",
        },
        {"type": "number", "minimum": 0, "maximum": int(MAX_PRICE), "multipleOf": 0.01},
    ],
    "examples": ["9.00"],
}

Name = Annotated[
    str,
    AfterValidator(normalize_name),
    AfterValidator(validate_by_model("name")),
    WithJsonSchema(_NAME_SCHEMA),
]
Description = Annotated[
    str,
    AfterValidator(validate_by_model("description")),
    WithJsonSchema(_DESCRIPTION_SCHEMA),
]
Price = Annotated[
    Decimal,
    BeforeValidator(parse_price),
    AfterValidator(validate_by_model("price")),
    AfterValidator(add_cents),
    WithJsonSchema(_PRICE_SCHEMA),
]
PriceText = Annotated[
    Decimal,
    AfterValidator(add_cents),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$", "examples": ["9.00"]}
    ),
]


class ItemCreate(Input):
    name: Name
    description: Description = ""
    price: Price


class ItemUpdate(Input):
    """The fields to change. Fields that are left out keep their value."""

    # The defaults are never used: a field can be left out, but null is not allowed.
    name: Name = Field(default_factory=str)
    description: Description = Field(default_factory=str)
    price: Price = Field(default_factory=Decimal)


EXAMPLE: JsonDict = {
    "id": "3f2b8c1e-5d4a-4e6f-9a7b-0c1d2e3f4a5b",
    "name": "Fountain pen",
    "description": "With a steel nib.",
    "price": "39.00",
    "created_at": "2026-11-28T09:30:00Z",
    "updated_at": "2026-11-28T09:30:00Z",
}


class ItemRead(Output):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    name: str
    description: str
    price: PriceText
    created_at: datetime
    updated_at: datetime


class ItemPage(Output):
    items: list[ItemRead]
    next_cursor: str | None = Field(examples=[CURSOR_EXAMPLE])
