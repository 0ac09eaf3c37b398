"""Items in the API: validation, storage and uniqueness."""

import re
import unicodedata
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from tests.contract.client import (
    ITEMS,
    ORIGIN,
    Call,
    Client,
    call_concurrently,
    check_problem,
    unique_name,
)
from tests.starters.harness import HOST, Service

pytestmark = pytest.mark.features("api")

FIELDS = {"id", "name", "description", "price", "created_at", "updated_at"}
RFC_3339_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
MISSING_ID = uuid.UUID("00000000-0000-4000-8000-000000000000")


def parse_time(text: str) -> datetime:
    assert RFC_3339_UTC.fullmatch(text), text
    return datetime.fromisoformat(text)


@pytest.mark.database
@pytest.mark.alone("api")
def test_a_created_item_is_found_at_its_location(client: Client) -> None:
    name = unique_name()
    body = {"name": name, "description": "Two\nlines", "price": "9.00"}
    response = client.post(ITEMS, json=body)
    assert response.status_code == 201
    item = response.json()
    assert set(item) == FIELDS
    assert {key: item[key] for key in body} == body
    assert str(uuid.UUID(item["id"])) == item["id"]
    assert (
        abs((parse_time(item["created_at"]) - datetime.now(UTC)).total_seconds()) < 15
    )
    assert parse_time(item["created_at"]) <= parse_time(item["updated_at"])
    location = urlsplit(urljoin(ORIGIN + ITEMS, response.headers["location"]))
    assert (location.scheme, location.netloc) == ("https", HOST)
    assert location.path == f"{ITEMS}/{item['id']}"
    found = client.get(location.path)
    assert found.status_code == 200
    assert found.json() == item
    assert item in client.list_all()


def test_a_description_may_be_left_out(client: Client) -> None:
    response = client.post(ITEMS, json={"name": unique_name(), "price": "1.00"})
    assert response.status_code == 201
    assert response.json()["description"] == ""


def test_a_name_and_a_price_may_not_be_left_out(
    client: Client, subtests: pytest.Subtests
) -> None:
    for missing in (
        "name",
        "price",
    ):
        with subtests.test(missing=missing):
            body = {"name": unique_name(), "price": "1.00"}
            del body[missing]
            assert missing in str(
                check_problem(client.post(ITEMS, json=body), 422)["errors"]
            )


@pytest.mark.database
def test_a_price_is_text_or_number_and_comes_back_with_two_decimals(
    client: Client, subtests: pytest.Subtests
) -> None:
    for given, stored in (
        ('"9.00"', "9.00"),
        ('"9"', "9.00"),
        ('"9.5"', "9.50"),
        ("9", "9.00"),
        ("9.5", "9.50"),
        ("19.99", "19.99"),
        ("0.1", "0.10"),
        ("1e2", "100.00"),
        ("0", "0.00"),
        ('"0.00"', "0.00"),
        ("1000000", "1000000.00"),
        ('"1000000.00"', "1000000.00"),
        ("999999.99", "999999.99"),
        ('"0.01"', "0.01"),
    ):
        with subtests.test(given=given, stored=stored):
            response = client.post_json(
                f'{{"name": "{unique_name()}", "price": {given}}}'
            )
            assert response.status_code == 201, response.text
            assert response.json()["price"] == stored
            assert (
                client.get(f"{ITEMS}/{response.json()['id']}").json()["price"] == stored
            )


def test_an_invalid_price_gets_422(client: Client, subtests: pytest.Subtests) -> None:
    for given in (
        '"9.001"',
        "9.001",
        '"9.000"',
        "1e-3",
        '"1e-3"',
        "-1",
        "-0.01",
        '"-0.01"',
        "1000000.01",
        '"1000000.01"',
        "1000001",
        "1e7",
        "1e400",
        "-1e400",
        '"1e400"',
        "NaN",
        "Infinity",
        "-Infinity",
        '"NaN"',
        '"Infinity"',
        '"-Infinity"',
        '"sNaN"',
        '"1,00"',
        '"abc"',
        '""',
        '" "',
        "null",
        "true",
        "false",
        "[]",
        "{}",
        '["1.00"]',
        '"1\\u0000"',
        '"\\ud800"',
        '"1.00 EUR"',
        '"0x10"',
    ):
        with subtests.test(given=given):
            name = unique_name()
            response = client.post_json(f'{{"name": "{name}", "price": {given}}}')
            assert "price" in str(check_problem(response, 422)["errors"])
            assert name not in client.item_names()


def test_a_price_never_comes_back_below_zero_or_with_an_exponent(
    client: Client,
) -> None:
    for given in ('"-0"', "-0.0", '"1E+2"', '"+5"', '"1_000"', '"\u0665"', '" 7 "'):
        response = client.post_json(f'{{"name": "{unique_name()}", "price": {given}}}')
        assert response.status_code in {201, 422}
        if response.status_code == 201:
            price = response.json()["price"]
            assert re.fullmatch(r"[0-9]+\.[0-9]{2}", price)
            assert Decimal(price) >= 0


@pytest.mark.database
def test_a_name_is_stripped_and_composed(
    client: Client, subtests: pytest.Subtests
) -> None:
    for given, stored in (
        ("  padded {} ", "padded {}"),
        ("\u00a0\u2003wide {}\u3000", "wide {}"),
        ("decomposed e\u0301 {}", "decomposed \u00e9 {}"),
        ("fi ligature stays \ufb01 {}", "fi ligature stays \ufb01 {}"),
        ("inside  two {}", "inside  two {}"),
        (
            "<b>'\"&; DROP TABLE items;-- % \\ {}",
            "<b>'\"&; DROP TABLE items;-- % \\ {}",
        ),
        (
            "\U0001f4a9\U0001f469\u200d\U0001f680 {}",
            "\U0001f4a9\U0001f469\u200d\U0001f680 {}",
        ),
        ("\u05d0\u05d1 \u0645 {}", "\u05d0\u05d1 \u0645 {}"),
    ):
        with subtests.test(given=given, stored=stored):
            number = unique_name("n")
            item = client.create(name=given.format(number))
            assert item["name"] == stored.format(number)
            assert client.get(f"{ITEMS}/{item['id']}").json()["name"] == stored.format(
                number
            )


@pytest.mark.database
def test_a_name_may_have_a_hundred_characters(
    client: Client, subtests: pytest.Subtests
) -> None:
    for character, length in (
        ("a", 100),
        ("\U0001f680", 100),
        ("e\u0301", 200),
        ("\u00e9", 100),
    ):
        with subtests.test(character=character, length=length):
            number = unique_name("n")
            filled = number + character * ((length - len(number)) // len(character) + 1)
            name = unicodedata.normalize("NFC", filled)[:100]
            name += "x" * (100 - len(name))
            given = unicodedata.normalize("NFD", name) if length == 200 else name
            item = client.create(name=f"  {given}  ")
            assert item["name"] == name
            check_problem(
                client.post(ITEMS, json={"name": given + "x", "price": 1}), 422
            )


def test_an_invalid_name_gets_422(client: Client, subtests: pytest.Subtests) -> None:
    for name in (
        '""',
        '"   "',
        '"\\u00a0"',
        '"a\\u0000b"',
        '"\\u0000"',
        '"a\\u0007b"',
        '"a\\nb"',
        '"a\\tb"',
        '"a\\u007fb"',
        '"a\\u0085b"',
        '"a\\u009bb"',
        '"a\\ud800b"',
        '"\\udfff"',
        '"\\udc00\\ud800"',
        "null",
        "5",
        "1.5",
        "true",
        "[]",
        '["a"]',
        "{}",
        "NaN",
        "1e400",
    ):
        with subtests.test(name=name):
            response = client.post_json(f'{{"name": {name}, "price": "1.00"}}')
            assert "name" in str(check_problem(response, 422)["errors"])


@pytest.mark.database
def test_a_description_may_have_a_thousand_characters(client: Client) -> None:
    for character in ("a", "\U0001f680"):
        item = client.create(description=character * 1000)
        assert (
            client.get(f"{ITEMS}/{item['id']}").json()["description"]
            == character * 1000
        )
        body = {"name": unique_name(), "price": "1.00", "description": character * 1001}
        assert "description" in str(
            check_problem(client.post(ITEMS, json=body), 422)["errors"]
        )


def test_an_invalid_description_gets_422(
    client: Client, subtests: pytest.Subtests
) -> None:
    for description in (
        '"\\u0000"',
        '"a\\u0000b"',
        '"\\ud800"',
        "5",
        "true",
        "[]",
        "{}",
        "NaN",
    ):
        with subtests.test(description=description):
            required = f'"name": "{unique_name()}", "price": "1.00"'
            response = client.post_json(f'{{{required}, "description": {description}}}')
            assert "description" in str(check_problem(response, 422)["errors"])


@pytest.mark.database
@pytest.mark.alone("api")
def test_a_name_is_unique_in_every_unicode_form(client: Client) -> None:
    number = unique_name("n")
    client.create(name=f"caf\u00e9 {number}")
    for same in (
        f"caf\u00e9 {number}",
        f"cafe\u0301 {number}",
        f"  caf\u00e9 {number}\u3000",
    ):
        response = client.post(ITEMS, json={"name": same, "price": "1.00"})
        assert check_problem(response, 409)["code"] == "name_taken"


@pytest.mark.database
def test_names_differ_by_code_point(client: Client, subtests: pytest.Subtests) -> None:
    for one, other in (
        ("e", "\u00e9"),
        ("A", "a"),
        ("\u00df", "ss"),
        ("\ufb01", "fi"),
        ("\u0131", "i"),
        ("1", "\u00b9"),
        ("o", "\u00f8"),
        ("\u0430", "a"),
        ("x", "x\u200b"),
        ("a b", "a\u00a0b"),
        ("\U0001f600", "\U0001f601"),
        ("x", "x\u0307"),
    ):
        with subtests.test(one=one, other=other):
            number = unique_name("n")
            assert client.create(name=f"{number} {one}!")["name"] == f"{number} {one}!"
            expected = unicodedata.normalize("NFC", f"{number} {other}!")
            assert client.create(name=f"{number} {other}!")["name"] == expected


def create_call(name: str) -> Call:
    return lambda client: client.post(ITEMS, json={"name": name, "price": "1.00"})


def rename_call(item: dict[str, Any], name: str) -> Call:
    return lambda client: client.patch(f"{ITEMS}/{item['id']}", json={"name": name})


@pytest.mark.database
@pytest.mark.alone("api")
def test_only_one_of_many_simultaneous_requests_takes_a_name(
    service: Service, client: Client
) -> None:
    for _ in range(5):
        name = unique_name("Race")
        assert call_concurrently(service, [create_call(name)] * 8) == [201] + [409] * 7
        assert client.item_names().count(name) == 1


@pytest.mark.database
@pytest.mark.alone("api")
def test_only_one_of_many_simultaneous_changes_takes_a_name(
    service: Service, client: Client
) -> None:
    for _ in range(3):
        items = [client.create() for _ in range(6)]
        name = unique_name("Race")
        calls = [rename_call(item, name) for item in items]
        assert call_concurrently(service, calls) == [200] + [409] * 5
        assert client.item_names().count(name) == 1


@pytest.mark.database
def test_many_simultaneous_writes_succeed(service: Service) -> None:
    calls = [create_call(unique_name()) for _ in range(16)]
    assert call_concurrently(service, calls) == [201] * 16


@pytest.mark.database
def test_only_one_of_many_simultaneous_deletions_of_an_item_gets_204(
    service: Service, client: Client
) -> None:
    path = f"{ITEMS}/{client.create()['id']}"
    calls: list[Call] = [lambda client: client.delete(path)] * 6
    assert call_concurrently(service, calls) == [204] + [404] * 5


@pytest.mark.database
def test_a_change_affects_only_the_given_fields(client: Client) -> None:
    item = client.create(description="as it was", price="3.00")
    changes: dict[str, Any]
    for changes in (
        {"price": 4.5},
        {"description": "new"},
        {"name": unique_name("Renamed")},
        {"description": ""},
    ):
        response = client.patch(f"{ITEMS}/{item['id']}", json=changes)
        assert response.status_code == 200, response.text
        changed = response.json()
        expected = item | changes | ({"price": "4.50"} if "price" in changes else {})
        assert parse_time(changed["updated_at"]) > parse_time(item["updated_at"])
        assert changed | {"updated_at": ""} == expected | {"updated_at": ""}
        assert client.get(f"{ITEMS}/{item['id']}").json() == changed
        item = changed


@pytest.mark.database
def test_an_item_may_keep_its_own_name(client: Client) -> None:
    item = client.create()
    response = client.patch(f"{ITEMS}/{item['id']}", json={"name": f" {item['name']} "})
    assert response.status_code == 200
    assert response.json()["name"] == item["name"]


def test_an_invalid_change_gets_422(client: Client, subtests: pytest.Subtests) -> None:
    for body in (
        '{"name": null}',
        '{"price": null}',
        '{"price": "9.001"}',
        '{"name": ""}',
        '{"description": "\\u0000"}',
        '{"id": "00000000-0000-4000-8000-000000000000"}',
        '{"created_at": "2020-01-01T00:00:00Z"}',
        '{"owner": 1}',
        "[]",
        '"text"',
        "null",
    ):
        with subtests.test(body=body):
            item = client.create()
            headers = {"Content-Type": "application/json"}
            response = client.patch(
                f"{ITEMS}/{item['id']}", content=body, headers=headers
            )
            check_problem(response, 422)
            assert client.get(f"{ITEMS}/{item['id']}").json() == item


@pytest.mark.database
@pytest.mark.alone("api")
def test_a_change_to_a_taken_name_gets_409(client: Client) -> None:
    first, second = client.create(), client.create()
    response = client.patch(f"{ITEMS}/{first['id']}", json={"name": second["name"]})
    assert check_problem(response, 409)["code"] == "name_taken"


@pytest.mark.database
@pytest.mark.alone("api")
def test_a_deleted_item_gets_404_and_its_name_is_free(client: Client) -> None:
    item = client.create()
    response = client.delete(f"{ITEMS}/{item['id']}")
    assert response.status_code == 204
    assert response.content == b""
    check_problem(client.get(f"{ITEMS}/{item['id']}"), 404)
    check_problem(client.delete(f"{ITEMS}/{item['id']}"), 404)
    check_problem(client.patch(f"{ITEMS}/{item['id']}", json={"price": 1}), 404)
    assert client.create(name=item["name"])["id"] != item["id"]


def test_a_malformed_id_gets_422(client: Client, subtests: pytest.Subtests) -> None:
    for method in (
        "GET",
        "PATCH",
        "DELETE",
        "HEAD",
    ):
        for identifier in (
            "abc",
            "7",
            "%00",
            f"{MISSING_ID}0",
            f"{MISSING_ID}"[:-1],
            "zzzzzzzz-0000-4000-8000-000000000000",
            "'%20OR%201=1",
            "%C3%A9",
            "null",
            "-1",
            "%ED%A0%80",
        ):
            with subtests.test(method=method, identifier=identifier):
                body = {"price": "1.00"} if method == "PATCH" else None
                document = check_problem(
                    client.request(method, f"{ITEMS}/{identifier}", json=body), 422
                )
                if document:
                    assert document["errors"]


def test_a_malformed_id_is_not_echoed(client: Client) -> None:
    ids = [f"{character * 8}-0000-4000-8000-000000000000" for character in "xyz"]
    assert len({client.get(f"{ITEMS}/{item_id}").text for item_id in ids}) == 1


def test_an_unknown_id_gets_404(client: Client, subtests: pytest.Subtests) -> None:
    for method in (
        "GET",
        "PATCH",
        "DELETE",
        "HEAD",
    ):
        with subtests.test(method=method):
            body = {"price": "1.00"} if method == "PATCH" else None
            check_problem(
                client.request(method, f"{ITEMS}/{MISSING_ID}", json=body), 404
            )


@pytest.mark.database
def test_an_id_may_be_in_capitals(client: Client) -> None:
    item = client.create()
    assert client.get(f"{ITEMS}/{item['id'].upper()}").json() == item
