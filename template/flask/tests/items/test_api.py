from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.extensions import db
from app.items import service
from app.items.models import Item
from app.items.schemas import ItemPage

ITEMS = "/api/v1/items"


def create(client: FlaskClient, **fields: Any) -> TestResponse:
    return client.post(ITEMS, json={"name": "Pen", "price": "9"} | fields)


def body_of(response: TestResponse) -> Any:
    return response.get_json()


def page_of(response: TestResponse) -> ItemPage:
    return ItemPage.model_validate_json(response.data)


def test_an_item_is_created_read_changed_and_deleted(client: FlaskClient) -> None:
    created = create(client, name=" Pen ", price=9.5)
    assert (created.status_code, body_of(created)["price"]) == (201, "9.50")
    path = created.headers["Location"]
    assert client.get(path).json == created.json
    changed = body_of(client.patch(path, json={"description": "Blue"}))
    assert (changed["name"], changed["description"]) == ("Pen", "Blue")
    assert client.delete(path).status_code == 204
    for method in ("GET", "DELETE"):
        assert client.open(path, method=method).status_code == 404


def test_a_list_comes_in_pages(client: FlaskClient) -> None:
    for name in "abc":
        create(client, name=name)
    first = page_of(client.get(ITEMS, query_string={"limit": 2}))
    rest = page_of(client.get(ITEMS, query_string={"cursor": first.next_cursor}))
    assert [item.name for item in first.rows + rest.rows] == [*"abc"]
    assert rest.next_cursor is None


def test_a_name_is_given_once(client: FlaskClient) -> None:
    assert [create(client).status_code for _ in range(2)] == [201, 409]
    other = create(client, name="Ink")
    taken = client.patch(other.headers["Location"], json={"name": "Pen"})
    assert taken.status_code == 409


def test_a_failure_leaves_nothing_behind(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def create_and_fail(*arguments: Any) -> None:
        db.session.add(Item(**arguments[-1].model_dump()))
        db.session.flush()
        raise RuntimeError

    monkeypatch.setattr(service, "create_item", create_and_fail)
    assert create(client).status_code == 500
    with app.app_context():
        assert db.session.scalar(select(func.count(Item.id))) == 0


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{", 400, None),
        (b"[" * 100_000, 400, None),
        (b"[]", 422, "body"),
        (rb'{"name": "\ud800", "price": 1}', 422, "name"),
        (rb'{"name": "a\u0000b", "price": 1}', 422, "name"),
        (rb'{"name": "\u200b", "price": 1}', 422, "name"),
        (rb'{"name": "a", "price": 1, "\ud800": 1}', 422, "body"),
        (b'{"name": "a", "price": NaN}', 422, "price"),
        (b'{"name": "a", "price": 1e400}', 422, "price"),
        (b'{"name": "a", "price": 1, "owner": 1}', 422, "owner"),
    ],
)
def test_bad_bodies_are_refused_and_not_echoed(
    client: FlaskClient, body: bytes, status: int, field: str | None
) -> None:
    response = client.post(ITEMS, data=body, content_type="application/json")
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    errors = body_of(response).get("errors", [])
    assert [error["field"] for error in errors] == ([field] if field else [])
    assert all(set(error) == {"field", "detail"} for error in errors)


def test_a_body_of_many_fields_has_a_short_answer(client: FlaskClient) -> None:
    for count in (50, 80_000):
        response = client.post(ITEMS, json=dict.fromkeys(map(str, range(count)), 1))
        assert response.status_code == 422
        assert 1 <= len(body_of(response)["errors"]) <= 20


@pytest.mark.parametrize("query", ["limit=0", "limit=%2B10", "limit=a", "cursor=a"])
def test_bad_queries_are_refused(client: FlaskClient, query: str) -> None:
    assert client.get(f"{ITEMS}?{query}").status_code == 422


def test_only_json_is_accepted(client: FlaskClient) -> None:
    response = client.post(ITEMS, data=b"{}", content_type="text/plain")
    assert response.status_code == 415


def test_paths_and_methods_are_told_apart(client: FlaskClient) -> None:
    item = f"{ITEMS}/{uuid4()}"
    for malformed in ("1", "\u0661" * 32):
        assert client.get(f"{ITEMS}/{malformed}").status_code == 422
    assert client.get(f"{ITEMS}/").status_code == 404
    assert client.head(ITEMS).status_code == 200
    collection, single = {"GET", "POST"}, {"GET", "PATCH", "DELETE"}
    for path, methods in ((ITEMS, collection), (item, single)):
        for method, status in (("PUT", 405), ("OPTIONS", 200)):
            response = client.open(path, method=method)
            assert response.status_code == status
            assert set(response.allow) == methods | {"HEAD", "OPTIONS"}
