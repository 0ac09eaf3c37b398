"""What can be done with items. The view that calls it commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.exc import IntegrityError

from app.database import violates
from app.errors import Conflict, NotFound
from app.extensions import db
from app.items.models import Item
from app.items.schemas import ItemCreate, ItemPage, ItemUpdate
from app.pagination import Position


class ItemNotFound(NotFound):
    code, detail = "item_not_found", "There is no such item."


class NameTaken(Conflict):
    code, detail = "name_taken", "Another item has this name."


def select_items() -> Select[Item]:
    """Select the oldest items first, so that new ones are added at the end."""
    return select(Item).order_by(Item.created_at, Item.id)


def list_items(*, limit: int = 20, after: Position | None = None) -> ItemPage:
    """Return the oldest items first, so that new ones are added at the end."""
    query = select_items()
    if after:
        query = query.where(tuple_(Item.created_at, Item.id) > after)
    items = db.session.scalars(query.limit(limit + 1)).all()
    return ItemPage.from_rows(items, limit)


def get_item(item_id: UUID, *, lock: bool = False) -> Item:
    """Return an item. Other requests cannot change it while it is locked."""
    item = db.session.get(Item, item_id, with_for_update=lock)
    if item is None:
        raise ItemNotFound
    return item


def create_item(new: ItemCreate) -> Item:
    item = Item(**new.model_dump())
    with _savepoint():
        db.session.add(item)
    return item


def update_item(item_id: UUID, changes: ItemUpdate) -> Item:
    item = get_item(item_id, lock=True)
    with _savepoint():
        for field in changes.model_fields_set:
            setattr(item, field, getattr(changes, field))
    return item


def delete_item(item_id: UUID) -> None:
    db.session.delete(get_item(item_id, lock=True))
    db.session.flush()


@contextmanager
def _savepoint() -> Iterator[None]:
    """Write what the block changes, and map the database's refusals."""
    try:
        with db.session.begin_nested():
            yield
    except IntegrityError as error:
        if violates(error, Item.unique_name):
            raise NameTaken from error
        raise
