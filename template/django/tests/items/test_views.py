from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from app.items.models import Item
from app.items.service import NameTaken, create_item

pytestmark = pytest.mark.django_db
TEAPOT = {"name": "Teapot", "description": "Blue", "price": "9.00"}


def test_an_item_lives_and_dies(client: Client) -> None:
    assert client.post("/items/new", TEAPOT).headers["Location"] == "/items/"
    item = Item.objects.get()
    assert "Teapot" in client.get("/items/").text
    client.post(f"/items/{item.pk}/edit", TEAPOT | {"price": "10.5"})
    assert "10.50" in client.get("/items/").text
    assert "Delete Teapot?" in client.get(f"/items/{item.pk}/delete").text
    client.post(f"/items/{item.pk}/delete")
    assert "There are no items yet." in client.get("/items/").text


def test_the_list_has_pages(client: Client) -> None:
    for number in range(21):
        create_item(name=f"Item {number}", price=Decimal(1))
    assert "Item 20" in client.get("/items/?page=2").text


def test_faults_stand_at_their_field(client: Client) -> None:
    page = client.post("/items/new", TEAPOT | {"price": "-1"})
    assert "greater than or equal to 0" in page.text
    assert 'aria-describedby="id_price_error"' in page.text


def test_a_name_taken_meanwhile_is_a_fault_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(**_: object) -> None:
        raise NameTaken

    item = create_item(name="Teapot", price=Decimal(9))
    monkeypatch.setattr("app.items.service.create_item", taken)
    monkeypatch.setattr("app.items.service.update_item", taken)
    for path in ("/items/new", f"/items/{item.pk}/edit"):
        page = client.post(path, TEAPOT | {"name": "Kettle"})
        assert "Another item has this name." in page.text


def test_errors_are_pages(client: Client) -> None:
    missing = client.get(f"/items/{uuid4()}/edit")
    assert missing.status_code == 404
    assert "<h1>Not Found</h1>" in missing.text
    refused = Client(enforce_csrf_checks=True).put("/items/new")
    assert refused.status_code == 405
    assert refused.headers["Allow"] == "GET, HEAD, POST"
    assert "<h1>Method Not Allowed</h1>" in refused.text


def test_errors_are_problems_for_who_wants_json(client: Client) -> None:
    missing = client.get("/nowhere", headers={"accept": "application/json"})
    assert missing.headers["Content-Type"] == "application/problem+json"


def test_forms_need_their_token() -> None:
    forged = Client(enforce_csrf_checks=True).post("/items/new", TEAPOT)
    assert forged.status_code == 403
    assert "<h1>Forbidden</h1>" in forged.text


def test_home(client: Client) -> None:
    assert "/items/" in client.get("/").text
