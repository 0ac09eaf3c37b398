import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from app.items.models import NAME_MAX_LENGTH
from app.items.schemas import ItemCreate
from tests.queries import count_queries

pytestmark = pytest.mark.django_db
ITEMS = "/api/v1/items"
JSON = "application/json"


def create(client: Client, name: str = "Teapot", price: Any = "9.00") -> Any:
    body = {"name": name, "price": price}
    return client.post(ITEMS, body, content_type=JSON)


@pytest.mark.parametrize(("count", "named"), [(22, 20), (30_000, 1)])
def test_at_most_20_fields_are_named(client: Client, count: int, named: int) -> None:
    fields = {f"field{number}": 1 for number in range(count)}
    response = client.post(ITEMS, fields, content_type=JSON)
    assert len(response.json()["errors"]) == named


def is_problem(response: Any, status: int) -> bool:
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == status
    return bool(response.status_code == status)


def test_an_item_is_created_changed_and_deleted(client: Client) -> None:
    created = create(client, " Teapot ", 9)
    assert created.status_code == 201
    url = created.headers["Location"]
    item = client.get(url).json()
    assert item == created.json()
    assert (item["name"], item["price"]) == ("Teapot", "9.00")
    changed = client.patch(url, {"description": "Blue"}, content_type=JSON).json()
    assert (changed["name"], changed["description"]) == ("Teapot", "Blue")
    assert changed["updated_at"] > item["updated_at"]
    assert client.delete(url).status_code == 204
    assert is_problem(client.get(url), 404)
    assert is_problem(client.delete(url), 404)


def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    counts = []
    for number in range(3):
        create(client, f"Item {number}")
        counts.append(count_queries(client, ITEMS))
    assert counts == counts[:1] * 3


@pytest.mark.parametrize(
    ("first", "last"), [("a", "a"), ("a", "\u200b"), ("\u200b", "a")]
)
def test_the_schema_has_the_maximum_length_of_names(first: str, last: str) -> None:
    pattern = ItemCreate.model_json_schema()["properties"]["name"]["pattern"]
    middle = "a" * (NAME_MAX_LENGTH - 2)
    assert re.search(pattern, first + middle + last)
    assert not re.search(pattern, first + middle + "a" + last)


@pytest.mark.parametrize("price", ["9", "9.0", 9, 9.0, "09.00", 57 * 0.01 + 8.43])
def test_prices_have_two_decimals(client: Client, price: object) -> None:
    assert create(client, price=price).json()["price"] == "9.00"


def test_a_taken_name_is_a_conflict(client: Client) -> None:
    create(client)
    assert is_problem(create(client), 409)


def test_next_cursor_leads_through_all_items(client: Client) -> None:
    for number in range(5):
        create(client, f"Item {number}")
    names: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while query.get("cursor", "first"):
        page = client.get(ITEMS, query).json()
        names += [item["name"] for item in page["items"]]
        query["cursor"] = page["next_cursor"]
    assert names == [f"Item {number}" for number in range(5)]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=%2B10", "limit=1_0", "cursor=", "cursor=eCB4"],
)
def test_an_invalid_page_is_refused(client: Client, query: str) -> None:
    assert is_problem(client.get(f"{ITEMS}?{query}"), 422)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{}", "price"),
        ('{"name": " ", "price": 1}', "name"),
        ('{"name": "\\u0000", "price": 1}', "name"),
        ('{"name": "\\ud800", "price": 1}', "name"),
        ('{"name": "\\u200b", "price": 1}', "name"),
        ('{"name": "\\u3164", "price": 1}', "name"),
        ('{"name": "a", "price": NaN}', "price"),
        ('{"name": "a", "price": 1e400}', "price"),
        ('{"name": "a", "price": "1_0"}', "price"),
        ('{"name": "a", "price": 0.001}', "price"),
        ('{"name": "a", "price": true}', "price"),
        ('{"name": "a", "price": 1, "colour": 1}', "colour"),
        ('{"name": "a", "price": 1, "\\ud800": 1}', "body"),
    ],
)
def test_invalid_fields_are_named(client: Client, body: str, field: str) -> None:
    response = client.post(ITEMS, body, content_type=JSON)
    assert is_problem(response, 422)
    assert field in [error["field"] for error in response.json()["errors"]]


@pytest.mark.parametrize("body", ["{", "[" * 100_000, "1" * 5000, b"\xff"])
def test_malformed_json_is_a_bad_request(client: Client, body: str) -> None:
    assert is_problem(client.post(ITEMS, body, content_type=JSON), 400)


def test_another_media_type_is_refused(client: Client) -> None:
    assert is_problem(client.post(ITEMS, "{}", content_type="text/plain"), 415)


def test_unknown_paths_and_methods(client: Client) -> None:
    assert is_problem(client.get(f"{ITEMS}/nonsense"), 422)
    assert is_problem(client.get(f"{ITEMS}/{uuid4()}"), 404)
    assert is_problem(client.get("/api/nowhere"), 404)
    assert is_problem(client.get("/api"), 404)
    assert is_problem(client.get(f"{ITEMS}/"), 404)
    refused = client.put(ITEMS)
    assert is_problem(refused, 405)
    allowed = "GET, HEAD, OPTIONS, POST"
    assert refused.headers["Allow"] == allowed
    assert client.options(ITEMS).headers["Allow"] == allowed
    assert client.head(ITEMS).status_code == 200
