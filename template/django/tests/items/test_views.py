from decimal import Decimal

import pytest
from django.test import Client

from app.items.models import Item
from app.items.service import create_item

pytestmark = pytest.mark.django_db
TEAPOT = {"name": "Teapot", "description": "Blue", "price": "9.00"}


def test_an_item_is_created_edited_and_deleted(client: Client) -> None:
    assert client.post("/items/new", TEAPOT).headers["Location"] == "/items/"
    item = Item.objects.get()
    assert "Teapot" in client.get("/items/").text
    client.post(f"/items/{item.pk}/edit", TEAPOT | {"price": "10.5"})
    assert "10.50" in client.get("/items/").text
    assert "Delete Teapot?" in client.get(f"/items/{item.pk}/delete").text
    client.post(f"/items/{item.pk}/delete")
    assert "No items yet" in client.get("/items/").text


def test_the_list_has_pages(client: Client) -> None:
    for number in range(21):
        create_item(name=f"Item {number}", price=Decimal(1))
    assert "Item 20" in client.get("/items/?page=2").text
    assert "Item 20" not in client.get("/items/?page=%2B2").text


@pytest.mark.parametrize(
    ("price", "message"),
    [
        ("1000001", "less than or equal to 1000000"),
        ("-1", "Enter a number"),
        ("1_0", "Enter a number"),
        ("1e3", "Enter a number"),
        ("\u0661", "Enter a number"),
    ],
)
def test_errors_are_next_to_their_field(
    client: Client, price: str, message: str
) -> None:
    page = client.post("/items/new", TEAPOT | {"price": price})
    assert message in page.text
    assert 'aria-describedby="id_price_helptext id_price_error"' in page.text


def test_a_taken_name_is_an_error_of_the_name(client: Client) -> None:
    create_item(name="Teapot", price=Decimal(9))
    kettle = create_item(name="Kettle", price=Decimal(9))
    for path in ("/items/new", f"/items/{kettle.pk}/edit"):
        page = client.post(path, TEAPOT)
        assert "Another item has this name." in page.text


def test_changes_are_confirmed(client: Client) -> None:
    page = client.post("/items/new", TEAPOT, follow=True)
    assert "“Teapot” was created." in page.text
