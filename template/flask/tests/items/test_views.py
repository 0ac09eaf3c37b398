import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import create_item

FORM = {"name": "Pen <b>", "description": "Blue", "price": "9"}


def submit(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    assert token
    return client.post(path, data=FORM | fields | {"csrf_token": token[1]})


def item_path(client: FlaskClient) -> str:
    submit(client, "/items/new")
    found = re.search(r'href="(/items/[^/"]+)/edit"', client.get("/items/").text)
    assert found
    return found[1]


@pytest.mark.parametrize("path", ["/items/", "/items/new"])
def test_pages_are_shown(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_an_item_is_created_changed_and_deleted(client: FlaskClient) -> None:
    path = item_path(client)
    page = client.get("/items/").text
    assert "Pen &lt;b&gt;" in page
    assert "9.00" in page
    assert 'value="9.00"' in client.get(f"{path}/edit").text
    response = submit(client, f"{path}/edit", price="7.50")
    assert (response.status_code, response.location) == (303, "/items/")
    assert "7.50" in client.get("/items/").text
    assert "Pen &lt;b&gt;" in client.get(f"{path}/delete").text
    assert submit(client, f"{path}/delete").status_code == 303
    assert client.get(f"{path}/edit").status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"), [({"price": "1.001"}, "price"), ({"name": "Ink"}, "name")]
)
def test_errors_are_beside_their_field(
    client: FlaskClient, fields: dict[str, str], field: str
) -> None:
    path = item_path(client)
    submit(client, "/items/new", name="Ink")
    for action in ("/items/new", f"{path}/edit"):
        response = submit(client, action, **fields)
        assert response.status_code == 422
        assert f'id="{field}-error"' in response.text
        assert f'aria-describedby="{field}-hint {field}-error"' in response.text
        assert f'value="{fields[field]}"' in response.text


@pytest.mark.parametrize(
    "path", ["/items/new", "/items/{id}/edit", "/items/{id}/delete"]
)
def test_other_sites_cannot_send_forms(app: Flask, path: str) -> None:
    path = path.replace("/items/{id}", item_path(app.test_client()))
    assert app.test_client().post(path, data=FORM).status_code == 403


def test_long_lists_have_pages(app: Flask, client: FlaskClient) -> None:
    for number in range(21):
        create_item(app, name=f"Item {number}")
    page = client.get("/items/").text
    assert 'href="?page=2"' in page
    assert "Items 1 to 20 of 21" in page
    assert "Delete Item 20" not in page
    assert "Delete Item 20" in client.get("/items/?page=2").text
    for missing in ("0", "3", "x", "9" * 20):
        assert client.get(f"/items/?page={missing}").status_code == 404
