import asyncio
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response

from app.items.schemas import ItemRead
from app.pagination import Page

ITEMS = "/api/v1/items"


async def create(client: AsyncClient, **fields: Any) -> Response:
    return await client.post(ITEMS, json={"name": "Pen", "price": "9"} | fields)


async def test_an_item_is_made_read_changed_and_deleted(client: AsyncClient) -> None:
    created = await create(client, name=" Pen ", price=9.5)
    assert (created.status_code, created.json()["price"]) == (201, "9.50")
    path = created.headers["Location"]
    assert (await client.get(path)).json() == created.json()
    changed = await client.patch(path, json={"description": "Blue"})
    assert changed.json()["description"] == "Blue"
    assert changed.json()["name"] == "Pen"
    assert (await client.delete(path)).status_code == 204
    for method in ("GET", "DELETE"):
        assert (await client.request(method, path)).status_code == 404


async def test_a_list_comes_in_pages(client: AsyncClient) -> None:
    for name in "abc":
        await create(client, name=name)
    response = await client.get(ITEMS, params={"limit": 2})
    first = Page[ItemRead].model_validate_json(response.content)
    response = await client.get(ITEMS, params={"cursor": first.next_cursor or ""})
    rest = Page[ItemRead].model_validate_json(response.content)
    assert [item.name for item in first.rows + rest.rows] == [*"abc"]
    assert rest.next_cursor is None


async def test_of_two_with_one_name_one_is_made(client: AsyncClient) -> None:
    responses = await asyncio.gather(*(create(client) for _ in range(2)))
    assert sorted(response.status_code for response in responses) == [201, 409]
    other = await create(client, name="Ink")
    taken = await client.patch(other.headers["Location"], json={"name": "Pen"})
    assert taken.status_code == 409


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"", 400, None),
        (b"{", 400, None),
        (b"[" * 100_000, 400, None),
        (b"[]", 422, "body"),
        (rb'{"name": "\ud800", "price": 1}', 422, "body.name"),
        (rb'{"name": "a\u0000b", "price": 1}', 422, "body.name"),
        (b'{"name": "a", "price": NaN}', 422, "body.price"),
        (b'{"name": "a", "price": 1e400}', 422, "body.price"),
        (b'{"name": "a", "price": 1, "owner": 1}', 422, "body.owner"),
    ],
)
async def test_bad_bodies_are_refused_and_not_echoed(
    client: AsyncClient, body: bytes, status: int, field: str | None
) -> None:
    headers = {"Content-Type": "application/json"}
    response = await client.post(ITEMS, content=body, headers=headers)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    errors = response.json().get("errors", [])
    assert [error["field"] for error in errors] == ([field] if field else [])
    assert all(set(error) == {"field", "detail"} for error in errors)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=1_0", "cursor=a"])
async def test_bad_queries_are_refused(client: AsyncClient, query: str) -> None:
    assert (await client.get(f"{ITEMS}?{query}")).status_code == 422


async def test_paths_methods_and_types_are_told_apart(client: AsyncClient) -> None:
    item = f"{ITEMS}/{uuid4()}"
    assert (await client.get(f"{ITEMS}/1")).status_code == 422
    assert (await client.get(f"{ITEMS}/")).status_code == 404
    assert (await client.head(ITEMS)).status_code == 200
    assert (await client.post(ITEMS, content=b"{}")).status_code == 415
    for path, allow in ((ITEMS, "GET, HEAD, OPTIONS, POST"), (item, "DELETE, GET")):
        for method, status in (("PUT", 405), ("OPTIONS", 204)):
            response = await client.request(method, path)
            assert response.status_code == status
            assert response.headers["Allow"].startswith(allow)
