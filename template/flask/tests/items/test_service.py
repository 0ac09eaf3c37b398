from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.items import service
from app.items.models import Item
from app.items.schemas import ItemCreate, ItemUpdate

pytestmark = pytest.mark.usefixtures("context")
NAME = "Pen \U0001f58b"


def create(name: str = NAME) -> Item:
    return service.create_item(ItemCreate(name=name, price=Decimal(9)))


def test_an_item_keeps_what_it_was_given() -> None:
    item = create()
    db.session.refresh(item)
    assert (item.name, item.description, str(item.price)) == (NAME, "", "9.00")
    assert item.created_at.utcoffset() == timedelta(0)


def test_names_differ_by_code_point() -> None:
    for name in ("cafe", "café", "Cafe"):
        create(name)
    with pytest.raises(service.NameTaken):
        create("café")


def test_a_taken_name_leaves_the_rest_of_the_transaction() -> None:
    create("Pen")
    with pytest.raises(service.NameTaken):
        create("Pen")
    create("Ink")
    db.session.commit()
    assert [item.name for item in service.list_items().rows] == ["Pen", "Ink"]


def test_only_the_name_is_reported_as_taken() -> None:
    item = create()
    missing: Any = None
    changes = ItemUpdate.model_construct({"price"}, price=missing)
    with pytest.raises(IntegrityError):
        service.update_item(item.id, changes)


def test_pages_hold_each_item_once_though_some_are_added() -> None:
    for name in "abc":
        create(name)
    first = service.list_items(limit=2)
    create("d")
    last = first.rows[-1]
    rest = service.list_items(after=(last.created_at, last.id))
    assert [item.name for item in (*first.rows, *rest.rows)] == [*"abcd"]
    assert first.next_cursor
    assert rest.next_cursor is None


def test_an_item_is_changed_and_deleted() -> None:
    item = create("Pen")
    service.update_item(item.id, ItemUpdate(name="Ink"))
    assert (item.name, item.price) == ("Ink", Decimal(9))
    assert item.updated_at > item.created_at
    service.delete_item(item.id)
    with pytest.raises(service.ItemNotFound):
        service.delete_item(item.id)


def test_a_change_after_a_deletion_finds_no_item() -> None:
    item = create()
    db.session.execute(delete(Item).execution_options(synchronize_session=False))
    with pytest.raises(service.ItemNotFound):
        service.update_item(item.id, ItemUpdate(name="Ink"))


def test_an_unknown_item_is_not_found() -> None:
    with pytest.raises(service.ItemNotFound):
        service.get_item(uuid4())
