import re

import pytest
from httpx2 import AsyncClient

FORM = {"name": "Pen <b>", "description": "Blue", "price": "9"}


async def item_path(client: AsyncClient) -> str:
    await client.post("/items/new", data=FORM)
    page = (await client.get("/items/")).text
    (path,) = re.findall(r'href="(/items/[^/"]+)/edit"', page)
    return str(path)


async def test_an_item_is_created_changed_and_deleted(client: AsyncClient) -> None:
    assert "New item" in (await client.get("/items/new")).text
    path = await item_path(client)
    page = (await client.get("/items/")).text
    assert "Pen &lt;b&gt;" in page
    assert "9.00" in page
    assert 'value="9.00"' in (await client.get(f"{path}/edit")).text
    response = await client.post(f"{path}/edit", data=FORM | {"price": "7.50"})
    assert (response.status_code, response.headers["Location"]) == (303, "/items/")
    page = (await client.get("/items/")).text
    assert "“Pen &lt;b&gt;” was saved." in page
    assert "7.50" in page
    assert "Pen &lt;b&gt;" in (await client.get(f"{path}/delete")).text
    assert (await client.post(f"{path}/delete")).status_code == 303
    assert "The item was deleted." in (await client.get("/items/")).text
    assert (await client.get(f"{path}/edit")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"), [({"price": "1.001"}, "price"), ({"name": "Ink"}, "name")]
)
async def test_errors_are_beside_their_field(
    client: AsyncClient, fields: dict[str, str], field: str
) -> None:
    path = await item_path(client)
    await client.post("/items/new", data=FORM | {"name": "Ink"})
    for action in ("/items/new", f"{path}/edit"):
        response = await client.post(action, data=FORM | fields)
        assert response.status_code == 422
        assert f'id="{field}-error"' in response.text
        assert f'aria-describedby="{field}-hint {field}-error"' in response.text
        assert f'value="{fields[field]}"' in response.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://localhost"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
    ],
)
async def test_other_sites_cannot_send_forms(
    client: AsyncClient, headers: dict[str, str], status: int
) -> None:
    response = await client.post("/items/new", data=FORM, headers=headers)
    assert response.status_code == status


async def test_long_lists_have_pages(client: AsyncClient) -> None:
    for number in range(21):
        await client.post("/items/new", data=FORM | {"name": f"Item {number}"})
    page = (await client.get("/items/")).text
    assert 'href="?page=2"' in page
    assert "Items 1 to 20 of 21" in page
    assert "Delete Item 20" not in page
    page = (await client.get("/items/?page=2")).text
    assert "Delete Item 20" in page
    assert 'href="?page=1"' in page
    assert (await client.get("/items/?page=0")).status_code == 422
    response = await client.get("/items/?page=3")
    assert response.status_code == 404
    assert "This list has fewer pages." in response.text


async def test_the_navigation_marks_the_current_page(client: AsyncClient) -> None:
    assert 'href="/items/" aria-current="page"' in (await client.get("/items/")).text
    assert 'href="/items/" aria-current="true"' in (await client.get("/items/new")).text
