from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from app.items import service
from app.items.models import Item

pytestmark = pytest.mark.django_db
PRICE = Decimal("9.00")


def test_an_item_is_created_changed_and_deleted() -> None:
    item = service.create_item(name="Teapot", price=PRICE)
    service.update_item(item.pk, name="Kettle")
    assert service.get_item(item.pk).name == "Kettle"
    assert service.list_items().get() == item
    service.delete_item(item.pk)
    for call in (service.get_item, service.update_item, service.delete_item):
        with pytest.raises(service.ItemNotFound):
            call(item.pk)


def test_names_are_unique_by_code_point() -> None:
    for name in ("cafe", "caf\u00e9", "Cafe"):
        service.create_item(name=name, price=PRICE)
    with pytest.raises(service.NameTaken):
        service.create_item(name="cafe", price=PRICE)


@pytest.mark.parametrize("name", ["", "\u200b", "a" * 101, "a\tb", "a\0b", "a\ud800"])
def test_invalid_names_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        service.create_item(name=name, price=PRICE)


@pytest.mark.parametrize("price", ["-0.01", "0.001", "1000000.01", "NaN"])
def test_invalid_prices_are_refused(price: str) -> None:
    with pytest.raises(ValidationError):
        service.create_item(name="Teapot", price=Decimal(price))


def test_the_database_checks_prices_too() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.create(name="Teapot", price=Decimal(-1))
