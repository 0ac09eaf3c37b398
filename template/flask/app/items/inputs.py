"""What may come in for an item: the same rules whoever brings it."""

import base64
import math
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from app.items.models import Item

NAME_LENGTH = 100
DESCRIPTION_LENGTH = 1000
PRICE_MAXIMUM = 1_000_000
PRICE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?")
UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")
# 24 bytes in base64, the first of them 0: the place of an item in the order of lists.
CURSOR = r"^A[A-P][A-Za-z0-9_-]{30}$"
EPOCH = datetime(1, 1, 1, tzinfo=UTC)


def clean_name(value: str | None) -> str:
    name = unicodedata.normalize("NFC", (value or "").strip())
    if not 1 <= len(name) <= NAME_LENGTH:
        raise ValueError("A name has 1 to 100 characters.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        raise ValueError("A name has no control characters.")
    return name


def clean_description(value: str | None) -> str:
    description = (value or "").replace("\r\n", "\n")
    if len(description) > DESCRIPTION_LENGTH:
        raise ValueError("At most 1,000 characters.")
    if UNSTORABLE.search(description):
        raise ValueError("This is not readable text.")
    return description


def clean_price(value: object) -> Decimal:
    if isinstance(value, float) and math.isclose(value, round(value, 2)):
        value = f"{value:.2f}"  # What is meant as 0.57 may be 0.5700000000000001.
    text = "" if isinstance(value, bool) else str(value).strip()
    if not PRICE.fullmatch(text) or Decimal(text) > PRICE_MAXIMUM:
        raise ValueError(
            "A price is 0 to 1,000,000 with at most two decimals, such as 9.00."
        )
    return Decimal(text).quantize(Decimal("0.01"))


def cursor_of(item: Item) -> str:
    microseconds = (item.created_at - EPOCH) // timedelta(microseconds=1)
    raw = microseconds.to_bytes(8, "big") + item.id.bytes
    return base64.urlsafe_b64encode(raw).decode("ascii")


def place_of(cursor: str) -> tuple[datetime, UUID]:
    if not re.fullmatch(CURSOR, cursor):
        raise ValueError("This is not a cursor that was given out.")
    raw = base64.urlsafe_b64decode(cursor)
    created_at = EPOCH + timedelta(microseconds=int.from_bytes(raw[:8], "big"))
    return created_at, UUID(bytes=raw[8:])
