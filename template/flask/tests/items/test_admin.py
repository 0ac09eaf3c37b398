import re
from decimal import Decimal
from typing import Self
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import model_validator
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import User
from app.extensions import db
from app.items.models import Item
from app.items.schemas import ItemCreate
from tests import forms
from tests.admin.helpers import find_filter
from tests.factories import create_item

FORM = {"name": " Pen ", "description": "", "price": "9"}


def submit(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    return forms.submit(client, f"/admin/item/{path}", **FORM | fields)


def list_items(app: Flask) -> list[tuple[str, UUID | None]]:
    with app.app_context():
        items = db.session.scalars(select(Item)).all()
        return [(item.name, item.owner_id) for item in items]


def test_an_item_is_created_changed_and_deleted(
    app: Flask, admin: FlaskClient, staff: User
) -> None:
    assert submit(admin, "new/").location == "/admin/item/"
    assert list_items(app) == [("Pen", staff.id)]
    page = admin.get("/admin/item/", query_string={"search": "pe"}).text
    (item_id,) = set(re.findall(r"edit/\?id=([0-9a-f-]{36})", page))
    assert "Pen" in admin.get(f"/admin/item/details/?id={item_id}").text
    submit(admin, f"edit/?id={item_id}", name="Ink")
    assert list_items(app) == [("Ink", staff.id)]
    submit(admin, f"delete/?id={item_id}", id=item_id)
    assert list_items(app) == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"price": "9.001"}, "A price is 0 to 1,000,000"),
        ({"name": "\x07"}, "Control characters"),
        ({"name": "Ink"}, "Another item has this name."),
    ],
)
def test_the_rules_are_those_of_the_service(
    app: Flask, admin: FlaskClient, staff: User, fields: dict[str, str], message: str
) -> None:
    create_item(app, staff, name="Ink")
    response = submit(admin, "new/", **fields)
    assert message in response.text
    assert "INSERT" not in response.text
    assert list_items(app) == [("Ink", staff.id)]


def test_the_error_of_a_model_validator_is_shown_in_the_form(
    app: Flask, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CheapItem(ItemCreate):
        @model_validator(mode="after")
        def check_price(self) -> Self:
            raise ValueError("Explain this price.")

    monkeypatch.setattr("app.items.admin.ItemCreate", CheapItem)
    response = submit(admin, "new/")
    assert response.status_code == 200
    assert "<div>Explain this price.</div>" in response.text
    assert list_items(app) == []


def test_items_are_filtered_by_price(
    app: Flask, admin: FlaskClient, staff: User
) -> None:
    for name, price in (("Pen", "9.10"), ("Ink", "20.00")):
        create_item(app, staff, name=name, price=Decimal(price))
    page = admin.get("/admin/item/").text
    for label, value, names in (
        ("Price equals", "9.1", ["Pen"]),
        ("Price greater than", "10", ["Ink"]),
        ("Price smaller than", "10", ["Pen"]),
        ("Price equals", "", ["Pen", "Ink"]),
    ):
        query = {find_filter(page, label): value}
        found = admin.get("/admin/item/", query_string=query).text
        assert [name for name in ("Pen", "Ink") if name in found] == names


def test_queries_do_not_grow_with_the_rows(
    app: Flask, admin: FlaskClient, staff: User, statements: list[str]
) -> None:
    counts = []
    for _ in range(3):
        create_item(app, staff)
        statements.clear()
        admin.get("/admin/item/")
        counts.append(len(statements))
    assert counts == counts[:1] * 3


def test_an_item_without_owner_is_shown(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        db.session.add(Item(name="Pen", price=9))
        db.session.commit()
    assert "Pen" in admin.get("/admin/item/").text
