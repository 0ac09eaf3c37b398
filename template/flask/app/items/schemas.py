"""What clients send for items, and what they get."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from app.pagination import Page
from app.text import MAX_SHRINKAGE, clean_line, clean_text

NAME_MAX_LENGTH = 100
DESCRIPTION_MAX_LENGTH = 1000
PRICE_MAX = 1_000_000
PRICE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?")


def _clean_name(value: str) -> str:
    return clean_line(value, NAME_MAX_LENGTH)


def _clean_description(value: str) -> str:
    return clean_text(value, DESCRIPTION_MAX_LENGTH)


def _parse_price(value: object) -> Decimal:
    """Accept text as people write it, or a number as JSON has it."""
    price = Decimal("NaN")
    if isinstance(value, str) and PRICE.fullmatch(value):
        price = Decimal(value)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        price = Decimal(str(value))
    if price.is_finite() and 0 <= price <= PRICE_MAX:
        rounded = abs(price.quantize(Decimal("0.01")))
        # Clients that calculate may send 0.57 as 0.5700000000000001.
        if price == rounded or abs(price - rounded) < rounded * Decimal("1e-12"):
            return rounded
    raise PydanticCustomError(
        "price", "A price is 0 to 1,000,000 with at most two decimals, such as 9.00."
    )


# JSON Schema for these rules. The space around a name does not count.
_CONTROL = r"\u0000-\u001f\u007f-\u009f"
_INVISIBLE = r"\u00ad\u0300-\u036f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
_EDGE, _INNER = rf"[^\s{_CONTROL}{_INVISIBLE}]", rf"[^{_CONTROL}]"
_NAME_SCHEMA = {
    "type": "string",
    "minLength": 1,
    "maxLength": NAME_MAX_LENGTH * MAX_SHRINKAGE,
    "pattern": rf"^\s*{_EDGE}({_INNER}{{0,98}}{_EDGE})?\s*$",
    "examples": ["Fountain pen"],
}
_DESCRIPTION_SCHEMA = {
    "type": "string",
    "maxLength": DESCRIPTION_MAX_LENGTH,
    "pattern": r"^[^\u0000]*$",
    "examples": ["With a steel nib."],
}
_PriceText = Annotated[
    str, Field(pattern=r"^([0-9]{1,6}(\.[0-9]{1,2})?|1000000(\.00?)?)$")
]
_PriceNumber = Annotated[float, Field(ge=0, le=PRICE_MAX, multiple_of=0.01)]

Name = Annotated[str, AfterValidator(_clean_name), WithJsonSchema(_NAME_SCHEMA)]
Description = Annotated[
    str, AfterValidator(_clean_description), WithJsonSchema(_DESCRIPTION_SCHEMA)
]
Price = Annotated[
    Decimal,
    BeforeValidator(_parse_price, json_schema_input_type=_PriceText | _PriceNumber),
    Field(examples=["9.00"]),
]
_TwoDecimals = Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]{2}$", examples=["9.00"])]
Amount = Annotated[
    Decimal, PlainSerializer(lambda amount: f"{amount:.2f}", return_type=_TwoDecimals)
]


class ItemCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    description: Description = ""
    price: Price


class ItemUpdate(BaseModel):
    """The fields to change. Those that are missing stay as they are."""

    model_config = ConfigDict(extra="forbid")

    # The defaults are not used: a field can be left out, but it cannot be null.
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


class ItemRead(BaseModel):
    model_config = ConfigDict(
        from_attributes=True, json_schema_extra={"examples": [EXAMPLE]}
    )

    id: UUID
    name: str
    description: str
    price: Amount
    created_at: datetime
    updated_at: datetime


class ItemPage(Page[ItemRead]):
    """A page of the list of items."""
