"""What the API says to bad bodies, types and methods."""

import json
import time

import httpx2
import pytest

from tests.contract.client import (
    ITEMS,
    JSON,
    PROBLEM,
    Client,
    fresh_name,
    media_type,
    problem,
)

pytestmark = pytest.mark.features("api")

NOBODY = f"{ITEMS}/00000000-0000-4000-8000-000000000000"
ALLOW = {
    ITEMS: {"GET", "HEAD", "OPTIONS", "POST"},
    NOBODY: {"GET", "HEAD", "OPTIONS", "PATCH", "DELETE"},
}


def allow(response: httpx2.Response) -> set[str]:
    return {method.strip() for method in response.headers["allow"].split(",")}


MALFORMED = {
    "nothing": b"",
    "a blank": b" ",
    "an open brace": b"{",
    "no value": b'{"name": }',
    "a comma at the end": b'{"name": "a", "price": "1.00",}',
    "single quotes": b"{'name': 'a'}",
    "a comment": b'{"name": "a" /* b */}',
    "two documents": b"{} {}",
    "an open string": b'{"name": "a',
    "a raw control character": b'{"name": "a\x00b", "price": "1.00"}',
    "a bad escape": b'{"name": "\\x41"}',
    "half an escape": b'{"name": "\\u12"}',
    "bytes that are not utf-8": b'{"name": "\xff\xfe", "price": "1.00"}',
    "latin-1": '{"name": "\u00e9", "price": "1.00"}'.encode("latin-1"),
    "a form": b"name=a&price=1.00",
    "a deep start": b"[" * 500_000,
    "deep objects": b'{"name":' * 100_000,
    "a word": b"nope",
}


@pytest.mark.stored
@pytest.mark.parametrize("kind_of_body", MALFORMED)
def test_malformed_json_gets_400(client: Client, kind_of_body: str) -> None:
    problem(client.post_json(MALFORMED[kind_of_body]), 400)


@pytest.mark.stored
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"name":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"name": "a", "price": ' + b"1" * 5000 + b"}",
        b'{"name": "a", "price": ' + b"1" * 500_000 + b"}",
        b'{"name": "a", "price": "' + b"9" * 500_000 + b'"}',
        b'{"name": "\xed\xa0\x80", "price": "1.00"}',
        b'{"name": "a", "price": 1e999999999}',
        b'{"name": "a", "price": "1e999999999"}',
        b'{"name": "a", "price": "1e-999999999"}',
    ],
    ids=[
        "deep arrays",
        "deep objects",
        "long number",
        "very long number",
        "long text",
        "encoded surrogate",
        "large exponent",
        "large exponent in text",
        "small exponent in text",
    ],
)
def test_what_is_beyond_the_parser_gets_400_or_422_soon(
    client: Client, body: bytes
) -> None:
    response = client.post_json(body)
    assert response.status_code in {400, 422}
    problem(response, response.status_code)
    assert response.elapsed.total_seconds() < 5


@pytest.mark.parametrize("body", ["[]", '"text"', "1", "null", "true", "[{}]", "NaN"])
def test_json_that_is_no_object_gets_422(client: Client, body: str) -> None:
    problem(client.post_json(body), 422)


@pytest.mark.parametrize(
    "unknown",
    [
        "id",
        "created_at",
        "updated_at",
        "owner",
        "Name",
        "name ",
        "__proto__",
        "",
        "\u00e9",
    ],
)
def test_an_unknown_field_gets_422(client: Client, unknown: str) -> None:
    body = {"name": fresh_name(), "price": "1.00", unknown: "swordfish"}
    response = client.post(ITEMS, json=body)
    document = problem(response, 422)
    assert len(document["errors"]) == 1
    assert "swordfish" not in response.text


@pytest.mark.parametrize("key", ["\\ud800", "\\u0000", "a" * 10_000])
def test_an_unknown_field_with_an_odd_name_gets_422(client: Client, key: str) -> None:
    response = client.post_json(
        f'{{"name": "{fresh_name()}", "price": "1.00", "{key}": 1}}'
    )
    problem(response, 422)


def test_each_bad_field_has_one_entry_that_does_not_echo_it(client: Client) -> None:
    body = {
        "name": "swordfish" * 20,
        "description": ["swordfish"],
        "price": "swordfish",
    }
    response = client.post(ITEMS, json=body)
    document = problem(response, 422)
    assert "swordfish" not in response.text
    errors = document["errors"]
    assert len(errors) == 3
    for field in body:
        assert len([entry for entry in errors if field in str(entry)]) == 1
    shapes = {tuple(sorted(entry)) for entry in errors}
    assert len(shapes) == 1


def test_a_taken_name_is_not_echoed(client: Client) -> None:
    item = client.create(name=fresh_name("swordfish"))
    response = client.post(ITEMS, json={"name": item["name"], "price": "1.00"})
    problem(response, 409)
    assert "swordfish" not in response.text


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "application/jsonp",
        "application/xml",
        "application/merge-patch+json",
        "application/problem+json",
        "application/octet-stream",
        "json",
        "",
        "text/plain; application/json",
        "*/*",
        None,
    ],
)
def test_a_body_of_another_type_gets_415(
    client: Client, content_type: str | None
) -> None:
    item = client.create()
    name = fresh_name()
    headers = {} if content_type is None else {"Content-Type": content_type}
    content = json.dumps({"name": name, "price": "1.00"}).encode()
    problem(client.post(ITEMS, content=content, headers=headers), 415)
    problem(
        client.patch(f"{ITEMS}/{item['id']}", content=content, headers=headers), 415
    )
    assert name not in client.names()


@pytest.mark.parametrize(
    "content_type",
    [JSON, "application/json; charset=utf-8", "Application/JSON", "application/json;"],
)
def test_json_may_be_spelt_in_its_ways(client: Client, content_type: str) -> None:
    content = json.dumps({"name": fresh_name(), "price": "1.00"}).encode()
    response = client.post(
        ITEMS, content=content, headers={"Content-Type": content_type}
    )
    assert response.status_code == 201, response.text


@pytest.mark.parametrize("path", ALLOW)
@pytest.mark.parametrize(
    "method", ["PUT", "TRACE", "POST", "PATCH", "DELETE", "PROPFIND"]
)
def test_another_method_gets_405_and_is_told_which_there_are(
    client: Client, path: str, method: str
) -> None:
    if method in ALLOW[path]:
        return
    for body in (None, {"price": 1}):
        response = client.request(method, path, json=body)
        problem(response, 405)
        assert allow(response) == ALLOW[path]


@pytest.mark.parametrize("path", ALLOW)
def test_options_tells_the_methods(client: Client, path: str) -> None:
    response = client.options(path)
    assert response.status_code in {200, 204}
    assert allow(response) == ALLOW[path]


def test_head_is_get_without_a_body(client: Client) -> None:
    item = client.create()
    for path, status in ((ITEMS, 200), (f"{ITEMS}/{item['id']}", 200), (NOBODY, 404)):
        get, head = client.get(path), client.head(path)
        assert (get.status_code, head.status_code) == (status, status)
        assert head.content == b""
        assert media_type(head) == media_type(get)
        assert head.headers.get("content-length") in {
            None,
            get.headers.get("content-length"),
        }


@pytest.mark.parametrize(
    "path",
    [
        f"{ITEMS}/",
        f"{NOBODY}/",
        f"{NOBODY}/more",
        "/api/v1",
        "/api/v1/",
        "/api/",
        "/api/v2/items",
        "/API/v1/items",
        "/api/v1/Items",
        "/api/v1/items.json",
        "/api//v1/items",
        "/api/v1/items;a=b",
    ],
)
def test_there_is_nothing_at_another_path(client: Client, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        response = client.request(method, path)
        assert response.status_code == 404, method
        if path.startswith("/api/"):
            assert media_type(response) == PROBLEM


def test_answers_are_json(client: Client) -> None:
    item = client.create()
    for response in (client.get(ITEMS), client.get(f"{ITEMS}/{item['id']}")):
        assert media_type(response) == JSON


def test_answers_do_not_depend_on_what_is_accepted(client: Client) -> None:
    for accept in ("text/html", "text/html,*/*;q=0.8", "application/xml", "image/png"):
        response = client.get(ITEMS, headers={"Accept": accept})
        assert response.status_code in {200, 406}
        if response.status_code == 200:
            assert media_type(response) == JSON
        problem(client.get(NOBODY, headers={"Accept": accept}), 404)


@pytest.mark.features("accounts")
@pytest.mark.once
def test_a_name_that_is_slow_to_normalise_is_refused_soon(client: Client) -> None:
    """Composing alternating marks takes quadratic time: seconds for this name."""
    start = time.monotonic()
    problem(
        client.post(ITEMS, json={"name": "a\u0327\u0301" * 40_000, "price": 1}), 422
    )
    assert time.monotonic() - start < 2


@pytest.mark.features("accounts")
@pytest.mark.parametrize(
    "name",
    ["\u200b", "\u00ad", "\u3164", "\u2800", "\ufe0f", "\u202e", "\u034f"],
    ids=ascii,
)
def test_a_name_has_a_visible_character(client: Client, name: str) -> None:
    problem(client.post(ITEMS, json={"name": name, "price": 1}), 422)


@pytest.mark.features("accounts")
@pytest.mark.once
def test_an_answer_has_at_most_twenty_field_errors(client: Client) -> None:
    fields = {f"unknown-{number}": number for number in range(30_000)}
    response = client.post(ITEMS, json=fields)
    assert len(problem(response, 422)["errors"]) <= 20
    assert len(response.content) < 10_000
