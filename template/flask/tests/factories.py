"""Rows for the tests."""

from decimal import Decimal
from itertools import count

from flask import Flask

from app.extensions import db
from app.items.models import Item

_numbers = count(1)


def create_item(
    app: Flask,
    *,
    name: str = "",
    description: str = "",
    price: Decimal = Decimal("9.00"),
) -> Item:
    item = Item(
        name=name or f"Item {next(_numbers)}", description=description, price=price
    )
    with app.app_context():
        db.session.add(item)
        db.session.commit()
    return item
