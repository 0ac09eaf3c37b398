"""What the API takes and gives."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from ninja import Schema
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic import WithJsonSchema as Documented
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from app.items.models import MAX_PRICE, Item


def as_in_model(field_name: str) -> Callable[[Any], Any]:
    """Check a value by the rules of the model's field."""
    field: Any = Item._meta.get_field(field_name)  # noqa: SLF001 - public, says Django

    def check(value: Any) -> Any:
        try:
            return field.clean(value, None)
        except ValidationError as error:
            message = {"message": " ".join(error.messages)}
            raise PydanticCustomError("rule", "{message}", message) from None

    return check


def plain_number(value: object) -> object:
    """Refuse what Python reads as a number, but JSON and people do not write."""
    if isinstance(value, bool) or (isinstance(value, str) and not value.isascii()):
        raise PydanticCustomError("price", "A price is a number such as 9.00.")
    return value.replace("_", "?") if isinstance(value, str) else value


Name = Annotated[
    str,
    AfterValidator(as_in_model("name")),
    Documented(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "examples": ["Fountain pen"],
        }
    ),
]
Description = Annotated[
    str,
    AfterValidator(as_in_model("description")),
    Documented(
        {"type": "string", "maxLength": 1000, "examples": ["With a steel nib."]}
    ),
]
Price = Annotated[
    Decimal,
    BeforeValidator(plain_number),
    AfterValidator(as_in_model("price")),
    Documented(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^[0-9]{1,7}(\.[0-9]{1,2})?$"},
                {"type": "number", "minimum": 0, "maximum": int(MAX_PRICE)},
            ],
            "examples": ["9.00"],
        }
    ),
]
Amount = Annotated[
    Decimal,
    Documented(
        {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$", "examples": ["9.00"]}
    ),
]


class ItemCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    description: Description = ""
    price: Price


class ItemUpdate(BaseModel):
    """The fields to change. Those left out stay as they are."""

    model_config = ConfigDict(extra="forbid")

    # Never used: who leaves a field out changes nothing. But null is not allowed.
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


class ItemRead(Schema):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    name: str
    description: str
    price: Amount
    created_at: datetime
    updated_at: datetime


class ItemPage(Schema):
    items: list[ItemRead]
    next_cursor: str | None = Field(
        examples=["MjAyNi0xMS0yOFQwOTozMDowMCswMDowMCAzZjJiOGMxZQ=="]
    )


class FieldProblem(BaseModel):
    field: str
    detail: str


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field(
        default_factory=list, description="One entry for each field that is wrong."
    )
