from datetime import timedelta
from decimal import Decimal

import pytest

from app.database import db
from app.items import service
from app.seed import ITEMS, seed

pytestmark = pytest.mark.usefixtures("context")
NAME = "Pen \U0001f58b"


def test_an_item_keeps_what_it_was_given() -> None:
    item = service.create_item(name=NAME, price=Decimal(9))
    db.session.refresh(item)
    assert (item.name, item.description, str(item.price)) == (NAME, "", "9.00")
    assert item.created_at.utcoffset() == timedelta(0)


def test_names_differ_by_code_point() -> None:
    for name in ("cafe", "café", "Cafe"):
        service.create_item(name=name, price=Decimal(1))
    with pytest.raises(service.NameTaken):
        service.create_item(name="café", price=Decimal(1))


def test_pages_hold_each_item_once_though_some_are_added() -> None:
    for name in "abc":
        service.create_item(name=name, price=Decimal(1))
    first = service.list_items(limit=2)
    service.create_item(name="d", price=Decimal(1))
    last = first.items[-1]
    rest = service.list_items(after=(last.created_at, last.id))
    assert [item.name for item in (*first.items, *rest.items)] == [*"abcd"]
    assert (first.more, rest.more) == (True, False)


def test_an_item_changes_and_goes() -> None:
    item = service.create_item(name="Pen", price=Decimal(1))
    service.update_item(item_id=item.id, name="Ink")
    assert (item.name, item.price) == ("Ink", Decimal(1))
    assert item.updated_at > item.created_at
    service.delete_item(item_id=item.id)
    with pytest.raises(service.ItemNotFound):
        service.delete_item(item_id=item.id)


def test_seeding_twice_adds_nothing_twice() -> None:
    for _ in range(2):
        seed()
    assert len(service.list_items().items) == len(ITEMS)
