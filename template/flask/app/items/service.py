"""What can be done with items. The caller commits; refusals answer over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Conflict, NotFound

from app.database import db
from app.items.models import Item


class ItemNotFound(NotFound):
    description = "There is no such item."


class NameTaken(Conflict):
    description = "Another item has this name."


class Changes(TypedDict, total=False):
    name: str
    description: str
    price: Decimal


class Page(NamedTuple):
    items: Sequence[Item]
    more: bool


def select_items() -> Select[Item]:
    """Select the oldest first, for those who show numbered pages."""
    return select(Item).order_by(Item.created_at, Item.id)


def list_items(*, limit: int = 20, after: tuple[datetime, UUID] | None = None) -> Page:
    """List the oldest first, so that what is added later stands at the end."""
    query = select_items().limit(limit + 1)
    if after:
        query = query.where(tuple_(Item.created_at, Item.id) > after)
    items = db.session.scalars(query).all()
    return Page(items[:limit], len(items) > limit)


def get_item(*, item_id: UUID) -> Item:
    item = db.session.get(Item, item_id)
    if item is None:
        raise ItemNotFound
    return item


def create_item(*, name: str, price: Decimal, description: str = "") -> Item:
    item = Item(name=name, description=description, price=price)
    db.session.add(item)
    _flush()
    return item


def update_item(*, item_id: UUID, **changes: Unpack[Changes]) -> Item:
    item = get_item(item_id=item_id)
    for field, value in changes.items():
        setattr(item, field, value)
    _flush()
    return item


def delete_item(*, item_id: UUID) -> None:
    db.session.delete(get_item(item_id=item_id))
    _flush()


def _flush() -> None:
    """Write now, while the database's refusals can still be told apart."""
    try:
        db.session.flush()
    except IntegrityError:  # The fields are valid, so it is the unique name.
        db.session.rollback()
        raise NameTaken from None
    except StaleDataError:  # Deleted since it was read.
        db.session.rollback()
        raise ItemNotFound from None
