"""What the API takes and gives."""

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

from app.items.inputs import (
    CURSOR,
    DESCRIPTION_LENGTH,
    NAME_LENGTH,
    PRICE_MAXIMUM,
    clean_description,
    clean_name,
    clean_price,
)

_LINE = r"[^\u0000-\u001f\u007f-\u009f]"
Name = Annotated[
    str,
    AfterValidator(clean_name),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": NAME_LENGTH,
            "pattern": rf"^{_LINE}*[^\s\u0000-\u001f\u007f-\u009f]{_LINE}*$",
            "examples": ["Fountain pen"],
        }
    ),
]
Description = Annotated[
    str,
    AfterValidator(clean_description),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": DESCRIPTION_LENGTH,
            "pattern": r"^[^\u0000]*$",
            "examples": ["With a steel nib."],
        }
    ),
]
Price = Annotated[
    Decimal,
    BeforeValidator(clean_price),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "string",
                    "pattern": r"^([0-9]{1,6}(\.[0-9]{1,2})?|1000000(\.00?)?)$",
                },
                {
                    "type": "number",
                    "minimum": 0,
                    "maximum": PRICE_MAXIMUM,
                    "multipleOf": 0.01,
                },
            ],
            "examples": ["9.00"],
        }
    ),
]
Amount = Annotated[
    Decimal,
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$", "examples": ["9.00"]}
    ),
]


class ItemQuery(BaseModel):
    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, pattern=CURSOR)


class ItemCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    description: Description = ""
    price: Price


class ItemUpdate(BaseModel):
    """The fields to change; those that are missing stay as they are."""

    model_config = ConfigDict(extra="forbid")

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


class ItemPage(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    items: list[ItemRead]
    next_cursor: str | None = Field(examples=["AOMhUdE_tgA_K4weXUpOb5p7DB0uP0pb"])
