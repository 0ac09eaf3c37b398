"""The list of items, page by page."""

from typing import Any

import pytest

from tests.contract.client import ITEMS, Client, check_problem, unique_name

pytestmark = pytest.mark.features("api")


def ids(items: list[Any]) -> list[str]:
    return [item["id"] for item in items]


def check_order(items: list[Any]) -> None:
    keys = [(item["created_at"], item["id"]) for item in items]
    assert len(set(ids(items))) == len(items)
    assert keys in (sorted(keys), sorted(keys, reverse=True))


@pytest.mark.database
@pytest.mark.alone("api")
def test_pages_contain_each_item_once_in_order(client: Client) -> None:
    mine = {client.create()["id"] for _ in range(25)}
    everything = client.list_all(100)
    check_order(everything)
    assert mine <= set(ids(everything))
    for limit in (7, 25):
        assert client.list_all(limit) == everything


@pytest.mark.database
def test_a_page_has_twenty_items_by_default(client: Client) -> None:
    for _ in range(21):
        client.create()
    page = client.get(ITEMS).json()
    assert set(page) == {"items", "next_cursor"}
    assert len(page["items"]) == 20
    assert isinstance(page["next_cursor"], str)
    assert len(client.get(ITEMS, params={"limit": 1}).json()["items"]) == 1


@pytest.mark.database
def test_the_last_page_has_no_cursor_even_when_it_is_full(client: Client) -> None:
    everything = client.list_all()
    for item in everything[90:]:
        client.delete(f"{ITEMS}/{item['id']}")
    count = min(len(everything), 90)
    for _ in range(-count % 10):
        client.create()
        count += 1
    for limit in (count, 10):
        query: dict[str, Any] = {"limit": limit}
        for _ in range(count // limit):
            page = client.get(ITEMS, params=query).json()
            assert len(page["items"]) == limit
            query["cursor"] = page["next_cursor"]
        assert query["cursor"] is None


@pytest.mark.database
@pytest.mark.alone("api")
def test_items_added_while_paging_shift_nothing(client: Client) -> None:
    for _ in range(12):
        client.create()
    before = ids(client.list_all())
    seen = ids(client.list_all(5, between_pages=client.create))
    assert len(seen) == len(set(seen))
    assert [identifier for identifier in seen if identifier in set(before)] == before


@pytest.mark.database
def test_items_deleted_while_paging_shift_nothing(client: Client) -> None:
    for _ in range(12):
        client.create()
    before = ids(client.list_all())
    page = client.get(ITEMS, params={"limit": 5}).json()
    last = page["items"][-1]["id"]
    assert client.delete(f"{ITEMS}/{last}").status_code == 204
    rest = client.get(ITEMS, params={"limit": 5, "cursor": page["next_cursor"]}).json()
    assert ids(rest["items"]) == before[5:10]


@pytest.mark.database
def test_items_changed_while_paging_shift_nothing(client: Client) -> None:
    for _ in range(8):
        client.create()
    before = ids(client.list_all())
    for identifier in before[:3]:
        body = {"name": unique_name("Changed")}
        assert client.patch(f"{ITEMS}/{identifier}", json=body).status_code == 200
    assert ids(client.list_all()) == before


def test_the_smallest_and_largest_limit_are_allowed(
    client: Client, subtests: pytest.Subtests
) -> None:
    for limit in (
        "1",
        "100",
    ):
        with subtests.test(limit=limit):
            assert client.get(f"{ITEMS}?limit={limit}").status_code == 200


def test_an_invalid_limit_gets_422(client: Client, subtests: pytest.Subtests) -> None:
    for limit in (
        "0",
        "-1",
        "101",
        "1000000",
        "99999999999999999999",
        "9" * 5000,
        "1.0",
        "1.5",
        "1e1",
        "%2B1",
        "%201",
        "1%20",
        "1_0",
        "%D9%A1",
        "%EF%BC%91",
        "abc",
        "",
        "%20",
        "%00",
        "1%00",
        "0x10",
        "null",
        "NaN",
        "Infinity",
        "%ff",
        "1,2",
        "true",
        "%C2%B2",
    ):
        with subtests.test(limit=limit):
            document = check_problem(client.get(f"{ITEMS}?limit={limit}"), 422)
            assert "limit" in str(document["errors"])


def test_a_repeated_limit_is_not_a_failure(client: Client) -> None:
    assert client.get(f"{ITEMS}?limit=1&limit=2").status_code in {200, 422}


def test_an_invalid_cursor_gets_422(client: Client, subtests: pytest.Subtests) -> None:
    for cursor in (
        "abc",
        "%00",
        "AAAA",
        "e30=",
        "e30",
        "bnVsbA",
        "%ff",
        "-1",
        "'",
        "W10",
        "/../",
        "%F0%9F%92%A9",
        "eyJjcmVhdGVkX2F0IjogIk5hTiJ9",
        "MTExMTEtOTktOTk",
        "a" * 5000,
        "%ED%A0%80",
        "a%20b",
    ):
        with subtests.test(cursor=cursor):
            check_problem(client.get(f"{ITEMS}?cursor={cursor}"), 422)


def test_an_altered_cursor_is_not_a_failure(client: Client) -> None:
    for _ in range(2):
        client.create()
    cursor = client.get(ITEMS, params={"limit": 1}).json()["next_cursor"]
    tampered = [cursor[:length] for length in range(1, len(cursor))]
    tampered += [
        cursor[:at] + other + cursor[at + 1 :]
        for at in range(len(cursor))
        for other in "A9_"
    ]
    tampered += [
        cursor + "A",
        cursor + "=",
        cursor * 2,
        cursor.swapcase(),
        cursor[::-1],
    ]
    for changed in tampered:
        response = client.get(ITEMS, params={"limit": 1, "cursor": changed})
        assert response.status_code in {200, 422}, changed


def test_a_cursor_is_not_echoed(client: Client) -> None:
    response = client.get(f"{ITEMS}?cursor=swordfish&limit=swordfish")
    check_problem(response, 422)
    assert "swordfish" not in response.text
