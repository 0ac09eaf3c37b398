"""What the API takes and gives."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, with_config
from typing_extensions import TypedDict

from app.items.inputs import Description, Name, Price

TwoPlaces = Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]{2}$", examples=["9.00"])]
Amount = Annotated[
    Decimal, PlainSerializer(lambda amount: f"{amount:.2f}", return_type=TwoPlaces)
]


class ItemCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Name
    description: Description = ""
    price: Price


@with_config(extra="forbid")
class ItemUpdate(TypedDict, total=False):
    """The fields to change; those that are missing stay as they are."""

    name: Name
    description: Description
    price: Price


class ItemRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    description: str
    price: Amount
    created_at: datetime
    updated_at: datetime


class ItemPage(BaseModel):
    items: list[ItemRead]
    next_cursor: str | None
