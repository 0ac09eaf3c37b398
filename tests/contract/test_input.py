"""Malformed bodies, content types and methods in the API."""

import json
import time

import httpx2
import pytest

from tests.contract.client import (
    ITEMS,
    JSON,
    PROBLEM,
    Client,
    check_problem,
    media_type,
    unique_name,
)

pytestmark = pytest.mark.features("api")

MISSING_ID = f"{ITEMS}/00000000-0000-4000-8000-000000000000"
ALLOW = {
    ITEMS: {"GET", "HEAD", "OPTIONS", "POST"},
    MISSING_ID: {"GET", "HEAD", "OPTIONS", "PATCH", "DELETE"},
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


def test_malformed_json_gets_400(client: Client, subtests: pytest.Subtests) -> None:
    for kind, body in MALFORMED.items():
        with subtests.test(kind=kind):
            check_problem(client.post_json(body), 400)


BEYOND_THE_PARSER = {
    "deep arrays": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"name":' * 50_000 + b"1" + b"}" * 50_000,
    "long number": b'{"name": "a", "price": ' + b"1" * 5000 + b"}",
    "very long number": b'{"name": "a", "price": ' + b"1" * 500_000 + b"}",
    "long text": b'{"name": "a", "price": "' + b"9" * 500_000 + b'"}',
    "encoded surrogate": b'{"name": "\xed\xa0\x80", "price": "1.00"}',
    "large exponent": b'{"name": "a", "price": 1e999999999}',
    "large exponent in text": b'{"name": "a", "price": "1e999999999"}',
    "small exponent in text": b'{"name": "a", "price": "1e-999999999"}',
}


def test_json_beyond_the_parsers_limits_is_refused_quickly(
    client: Client, subtests: pytest.Subtests
) -> None:
    for kind, body in BEYOND_THE_PARSER.items():
        with subtests.test(kind=kind):
            response = client.post_json(body)
            assert response.status_code in {400, 422}
            check_problem(response, response.status_code)
            assert response.elapsed.total_seconds() < 5


def test_json_that_is_not_an_object_gets_422(
    client: Client, subtests: pytest.Subtests
) -> None:
    for body in (
        "[]",
        '"text"',
        "1",
        "null",
        "true",
        "[{}]",
        "NaN",
    ):
        with subtests.test(body=body):
            check_problem(client.post_json(body), 422)


def test_an_unknown_field_gets_422(client: Client, subtests: pytest.Subtests) -> None:
    for unknown in (
        "id",
        "created_at",
        "updated_at",
        "owner",
        "Name",
        "name ",
        "__proto__",
        "",
        "\u00e9",
    ):
        with subtests.test(unknown=unknown):
            body = {"name": unique_name(), "price": "1.00", unknown: "swordfish"}
            response = client.post(ITEMS, json=body)
            document = check_problem(response, 422)
            assert len(document["errors"]) == 1
            assert "swordfish" not in response.text


def test_an_unknown_field_with_an_odd_name_gets_422(
    client: Client, subtests: pytest.Subtests
) -> None:
    for key in (
        "\\ud800",
        "\\u0000",
        "a" * 10_000,
    ):
        with subtests.test(key=key):
            response = client.post_json(
                f'{{"name": "{unique_name()}", "price": "1.00", "{key}": 1}}'
            )
            check_problem(response, 422)


def test_each_invalid_field_has_one_error_that_does_not_echo_the_value(
    client: Client,
) -> None:
    body = {
        "name": "swordfish" * 20,
        "description": ["swordfish"],
        "price": "swordfish",
    }
    response = client.post(ITEMS, json=body)
    document = check_problem(response, 422)
    assert "swordfish" not in response.text
    errors = document["errors"]
    assert len(errors) == 3
    for field in body:
        assert len([entry for entry in errors if field in str(entry)]) == 1
    shapes = {tuple(sorted(entry)) for entry in errors}
    assert len(shapes) == 1


def test_a_taken_name_is_not_echoed(client: Client) -> None:
    item = client.create(name=unique_name("swordfish"))
    response = client.post(ITEMS, json={"name": item["name"], "price": "1.00"})
    check_problem(response, 409)
    assert "swordfish" not in response.text


def test_a_body_of_another_type_gets_415(
    client: Client, subtests: pytest.Subtests
) -> None:
    for content_type in (
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
    ):
        with subtests.test(content_type=content_type):
            item = client.create()
            name = unique_name()
            headers = {} if content_type is None else {"Content-Type": content_type}
            content = json.dumps({"name": name, "price": "1.00"}).encode()
            check_problem(client.post(ITEMS, content=content, headers=headers), 415)
            check_problem(
                client.patch(f"{ITEMS}/{item['id']}", content=content, headers=headers),
                415,
            )
            assert name not in client.item_names()


def test_all_spellings_of_the_json_media_type_are_accepted(
    client: Client, subtests: pytest.Subtests
) -> None:
    for content_type in (
        JSON,
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/json;",
    ):
        with subtests.test(content_type=content_type):
            content = json.dumps({"name": unique_name(), "price": "1.00"}).encode()
            response = client.post(
                ITEMS, content=content, headers={"Content-Type": content_type}
            )
            assert response.status_code == 201, response.text


def test_another_method_gets_405_with_all_allowed_methods(
    client: Client, subtests: pytest.Subtests
) -> None:
    for path, allowed in ALLOW.items():
        for method in (
            "PUT",
            "TRACE",
            "POST",
            "PATCH",
            "DELETE",
            "PROPFIND",
        ):
            with subtests.test(path=path, method=method):
                if method in allowed:
                    continue
                for body in (None, {"price": 1}):
                    response = client.request(method, path, json=body)
                    check_problem(response, 405)
                    assert allow(response) == allowed


def test_options_returns_the_allowed_methods(
    client: Client, subtests: pytest.Subtests
) -> None:
    for path, allowed in ALLOW.items():
        with subtests.test(path=path):
            response = client.options(path)
            assert response.status_code in {200, 204}
            assert allow(response) == allowed


def test_head_is_get_without_a_body(client: Client) -> None:
    item = client.create()
    for path, status in (
        (ITEMS, 200),
        (f"{ITEMS}/{item['id']}", 200),
        (MISSING_ID, 404),
    ):
        get, head = client.get(path), client.head(path)
        assert (get.status_code, head.status_code) == (status, status)
        assert head.content == b""
        assert media_type(head) == media_type(get)
        assert head.headers.get("content-length") in {
            None,
            get.headers.get("content-length"),
        }


def test_other_paths_get_404(client: Client, subtests: pytest.Subtests) -> None:
    for path in (
        f"{ITEMS}/",
        f"{MISSING_ID}/",
        f"{MISSING_ID}/more",
        "/api/v1",
        "/api/v1/",
        "/api/",
        "/api/v2/items",
        "/API/v1/items",
        "/api/v1/Items",
        "/api/v1/items.json",
        "/api//v1/items",
        "/api/v1/items;a=b",
    ):
        with subtests.test(path=path):
            for method in ("GET", "POST", "DELETE"):
                response = client.request(method, path)
                assert response.status_code == 404, method
                if path.startswith("/api/"):
                    assert media_type(response) == PROBLEM


def test_responses_are_json(client: Client) -> None:
    item = client.create()
    for response in (client.get(ITEMS), client.get(f"{ITEMS}/{item['id']}")):
        assert media_type(response) == JSON


def test_responses_do_not_depend_on_the_accept_header(client: Client) -> None:
    for accept in ("text/html", "text/html,*/*;q=0.8", "application/xml", "image/png"):
        response = client.get(ITEMS, headers={"Accept": accept})
        assert response.status_code in {200, 406}
        if response.status_code == 200:
            assert media_type(response) == JSON
        check_problem(client.get(MISSING_ID, headers={"Accept": accept}), 404)


def test_a_name_that_is_slow_to_normalise_is_refused_quickly(client: Client) -> None:
    """NFC of alternating combining marks takes quadratic time: here seconds."""
    start = time.monotonic()
    check_problem(
        client.post(ITEMS, json={"name": "a\u0327\u0301" * 40_000, "price": 1}), 422
    )
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    "name",
    ["\u200b", "\u00ad", "\u3164", "\u2800", "\ufe0f", "\u202e", "\u034f"],
    ids=ascii,
)
def test_a_name_has_a_visible_character(client: Client, name: str) -> None:
    check_problem(client.post(ITEMS, json={"name": name, "price": 1}), 422)


def test_a_response_has_at_most_twenty_field_errors(client: Client) -> None:
    for count in (24, 90, 30_000):
        fields = {f"unknown-{number}": number for number in range(count)}
        response = client.post(ITEMS, json=fields)
        assert len(check_problem(response, 422)["errors"]) <= 20
        assert len(response.content) < 10_000
