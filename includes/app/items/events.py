"""Events that tell clients what happened to an item."""

from typing import Literal

from app.items.schemas import ItemRead
from app.realtime.hub import Event


class ItemCreated(Event):
    type: Literal["item.created"] = "item.created"
    item: ItemRead


class ItemUpdated(Event):
    type: Literal["item.updated"] = "item.updated"
    item: ItemRead


class ItemDeleted(Event):
    type: Literal["item.deleted"] = "item.deleted"
    item: ItemRead  # as it was


ItemEvent = ItemCreated | ItemUpdated | ItemDeleted
