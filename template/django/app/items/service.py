"""What can be done with items, whoever asks."""

from decimal import Decimal
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from app.items.models import Item


class ItemNotFound(Exception):
    pass


class NameTaken(Exception):
    pass


class Changes(TypedDict, total=False):
    name: str
    description: str
    price: Decimal


def list_items() -> QuerySet[Item]:
    """List all items, oldest first: whoever shows them bounds the page."""
    return Item.objects.all()


def get_item(*, item_id: UUID) -> Item:
    try:
        return Item.objects.get(pk=item_id)
    except Item.DoesNotExist:
        raise ItemNotFound from None


def create_item(*, name: str, price: Decimal, description: str = "") -> Item:
    return _save(Item(name=name, description=description, price=price))


@transaction.atomic
def update_item(*, item_id: UUID, **changes: Unpack[Changes]) -> Item:
    item = Item.objects.select_for_update().filter(pk=item_id).first()
    if item is None:
        raise ItemNotFound
    for field, value in changes.items():
        setattr(item, field, value)
    return _save(item)


@transaction.atomic
def delete_item(*, item_id: UUID) -> None:
    deleted, _ = Item.objects.filter(pk=item_id).delete()
    if not deleted:
        raise ItemNotFound


def _save(item: Item) -> Item:
    item.clean_fields()
    item.price = abs(item.price).quantize(Decimal("0.01"))  # -0 is 0
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError as error:
        raise NameTaken from error
    return item
