"""What may come in for an item: the same rules whoever brings it."""

import base64
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Protocol
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

NAME_LENGTH = 100
DESCRIPTION_LENGTH = 1000
PRICE_MAXIMUM = 1_000_000
PRICE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?")
UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")
EPOCH = datetime(1, 1, 1, tzinfo=UTC)


def _clean_name(value: str) -> str:
    value = unicodedata.normalize("NFC", value.strip())
    if not 1 <= len(value) <= NAME_LENGTH:
        raise PydanticCustomError("name_length", "A name has 1 to 100 characters.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        raise PydanticCustomError("name_control", "A name has no control characters.")
    return value


def _clean_description(value: str) -> str:
    value = value.replace("\r\n", "\n")
    if len(value) > DESCRIPTION_LENGTH:
        raise PydanticCustomError("description_length", "At most 1,000 characters.")
    if UNSTORABLE.search(value):
        raise PydanticCustomError("description_text", "This is not readable text.")
    return value


def _clean_price(value: object) -> Decimal:
    """Take text as people write it, or a number as JSON gives it."""
    price = Decimal("NaN")
    if isinstance(value, str) and PRICE.fullmatch(value):
        price = Decimal(value)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        price = Decimal(str(value))
    if price.is_finite() and 0 <= price <= PRICE_MAXIMUM:
        rounded = abs(price.quantize(Decimal("0.01")))
        # What is meant as 0.57 may arrive as 0.5700000000000001: still two places.
        if price == rounded or abs(price - rounded) < rounded * Decimal("1e-12"):
            return rounded
    raise PydanticCustomError(
        "price", "A price is 0 to 1,000,000 with at most two decimals, such as 9.00."
    )


# What JSON Schema can say of these rules. The space around a name does not count.
_CONTROL = r"\u0000-\u001f\u007f-\u009f"
_EDGE, _INNER = rf"[^\s{_CONTROL}]", rf"[^{_CONTROL}]"
_NAME = {
    "type": "string",
    "minLength": 1,
    "pattern": rf"^\s*{_EDGE}({_INNER}{{0,98}}{_EDGE})?\s*$",
}
_DESCRIPTION = {
    "type": "string",
    "maxLength": DESCRIPTION_LENGTH,
    "pattern": r"^[^\u0000]*$",
}
_PRICE = r"^([0-9]{1,6}(\.[0-9]{1,2})?|1000000(\.00?)?)$"
_PriceText = Annotated[str, Field(pattern=_PRICE)]
_PriceNumber = Annotated[float, Field(ge=0, le=PRICE_MAXIMUM, multiple_of=0.01)]

Name = Annotated[str, AfterValidator(_clean_name), WithJsonSchema(_NAME)]
Description = Annotated[
    str, AfterValidator(_clean_description), WithJsonSchema(_DESCRIPTION)
]
Price = Annotated[
    Decimal,
    BeforeValidator(_clean_price, json_schema_input_type=_PriceText | _PriceNumber),
    Field(examples=["9.00"]),
]
# 24 bytes in base64, the first of them 0: the place of an item in the order of lists.
Cursor = Annotated[str, Field(pattern=r"^A[A-P][A-Za-z0-9_-]{30}$")]


class Placed(Protocol):
    """What stands in a list by when it was made."""

    created_at: datetime
    id: UUID


def cursor_of(row: Placed) -> str:
    microseconds = (row.created_at - EPOCH) // timedelta(microseconds=1)
    raw = microseconds.to_bytes(8, "big") + row.id.bytes
    return base64.urlsafe_b64encode(raw).decode("ascii")


def place_of(cursor: Cursor) -> tuple[datetime, UUID]:
    raw = base64.urlsafe_b64decode(cursor)
    created_at = EPOCH + timedelta(microseconds=int.from_bytes(raw[:8], "big"))
    return created_at, UUID(bytes=raw[8:])
