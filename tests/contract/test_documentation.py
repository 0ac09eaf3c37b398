"""The OpenAPI document and the pages that show it."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from tests.contract.client import (
    ITEMS,
    JSON,
    ORIGIN,
    PROBLEM,
    Client,
    Page,
    check_problem,
    media_type,
)
from tests.contract.routes import PARAMETER, operations
from tests.contract.test_headers import check_no_version, parse_policy
from tests.starters.harness import HOST, Service

pytestmark = pytest.mark.features("api")

DOCUMENT = "/api/openapi.json"
VIEWERS = ["/api/docs", "/api/redoc"]


@pytest.fixture
def configured_client(configured_service: Service) -> Iterator[Client]:
    with Client(configured_service) as client:
        yield client


@pytest.fixture
def document(configured_client: Client) -> dict[str, Any]:
    response = configured_client.get(DOCUMENT)
    assert response.status_code == 200
    assert media_type(response) == JSON
    found: dict[str, Any] = response.json()
    return found


def test_documentation_is_off_by_default(
    client: Client, subtests: pytest.Subtests
) -> None:
    for path in (
        DOCUMENT,
        *VIEWERS,
        f"{DOCUMENT}/",
        "/api/docs/",
        "/api/redoc/",
    ):
        with subtests.test(path=path):
            check_problem(client.get(path), 404)


def test_documentation_has_no_other_paths(
    client: Client, subtests: pytest.Subtests
) -> None:
    for path in (
        "/docs",
        "/redoc",
        "/openapi.json",
        "/api/docs/oauth2-redirect",
    ):
        with subtests.test(path=path):
            assert client.get(path).status_code == 404


@pytest.mark.alone("api")
def test_the_document_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.")
    validate(document)


@pytest.mark.alone("api")
def test_the_document_describes_every_operation(document: dict[str, Any]) -> None:
    paths = document["paths"]
    collection = paths[ITEMS]
    (name,) = [path for path in paths if re.fullmatch(ITEMS + r"/\{\w+\}", path)]
    member = paths[name]
    assert {"get", "post"} <= set(collection)
    assert {"get", "patch", "delete"} <= set(member)
    assert {"200", "422"} <= set(collection["get"]["responses"])
    assert {"201", "409", "422"} <= set(collection["post"]["responses"])
    assert {"200", "404", "422"} <= set(member["get"]["responses"])
    assert {"200", "404", "409", "422"} <= set(member["patch"]["responses"])
    assert {"204", "404", "422"} <= set(member["delete"]["responses"])
    assert {parameter["name"] for parameter in collection["get"]["parameters"]} == {
        "limit",
        "cursor",
    }


@pytest.mark.alone("api")
def test_the_document_allows_the_names_that_are_accepted(
    configured_client: Client, document: dict[str, Any], subtests: pytest.Subtests
) -> None:
    body = document["paths"][ITEMS]["post"]["requestBody"]["content"][JSON]["schema"]
    validator = Draft202012Validator(body | {"components": document["components"]})
    names = ("x\u0300", "\u0300x", "x\u200b", "\u200bx\u200b", " y ", "\nx", "x" * 100)
    for name in names:
        with subtests.test(name=ascii(name)):
            item = {"name": name, "price": "1.00"}
            assert configured_client.post(ITEMS, json=item).status_code == 201
            validator.validate(item)
    for name in ("", " ", "\u200b", "x\0x", "x\ty", "x" * 101):
        with subtests.test(name=ascii(name)):
            item = {"name": name, "price": "1.00"}
            assert configured_client.post(ITEMS, json=item).status_code == 422


@pytest.mark.alone("api")
def test_the_document_describes_errors_as_problem_documents(
    document: dict[str, Any],
) -> None:
    for path, method, operation in operations(document):
        for status, response in operation["responses"].items():
            if status[0] in "45":
                media_types = set(response.get("content", {}))
                assert media_types == {PROBLEM}, (path, method, status)


@pytest.mark.alone("api")
def test_bodies_refer_to_schemas_that_are_defined_once(
    document: dict[str, Any], subtests: pytest.Subtests
) -> None:
    """Programs that generate clients name a type after each definition."""
    schemas = document["components"]["schemas"]
    titles = [schema.get("title", name) for name, schema in schemas.items()]
    assert sorted(titles) == sorted(set(titles))
    for _, _, operation in operations(document):
        with subtests.test(operation=operation["operationId"]):
            for body in [
                operation.get("requestBody"),
                *operation["responses"].values(),
            ]:
                for content in (body or {}).get("content", {}).values():
                    assert "properties" not in content.get("schema", {})


@pytest.mark.alone("api")
def test_prices_in_responses_are_described_as_text(document: dict[str, Any]) -> None:
    response = document["paths"][ITEMS]["post"]["responses"]["201"]
    schema = response["content"][JSON]["schema"]
    name = schema["$ref"].removeprefix("#/components/schemas/")
    price = document["components"]["schemas"][name]["properties"]["price"]
    assert price["type"] == "string"


@pytest.mark.alone("api")
def test_the_document_describes_only_operations_that_exist(
    document: dict[str, Any], configured_client: Client
) -> None:
    for path, method, _ in operations(document):
        with configured_client.stream(method, example_path(path)) as response:
            assert response.status_code not in {405, 500}, (method, path)


def example_path(path: str) -> str:
    return PARAMETER.sub("00000000-0000-4000-8000-000000000000", path)


@pytest.mark.features("accounts")
def test_the_document_says_which_operations_need_an_access_token(
    document: dict[str, Any], configured_service: Service, subtests: pytest.Subtests
) -> None:
    with Client(configured_service, anonymous=True) as client:
        for path, method, operation in operations(document):
            body = minimal_body(operation)
            with (
                subtests.test(method=method, path=path),
                client.stream(method, example_path(path), **body) as response,
            ):
                is_refused = response.status_code == 401
                assert is_refused == bool(operation.get("security"))


def minimal_body(operation: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body of the documented type, as an argument of the client."""
    media_types = operation.get("requestBody", {}).get("content", {})
    if JSON in media_types:
        return {"json": {}}
    if "multipart/form-data" in media_types:
        return {"files": {"file": b"text"}}
    return {}


def test_every_operation_is_described_with_examples(document: dict[str, Any]) -> None:
    missing = []
    for path, method, operation in operations(document):
        name = f"{method} {path}"
        missing += [
            f"{name}: {key}"
            for key in ("summary", "description")
            if not operation.get(key)
        ]
        missing += [
            f"{name}: example of {where}"
            for where, value in examples_needed(operation)
            if not has_example(document, value)
        ]
    assert not missing, "\n".join(missing)


def examples_needed(
    operation: Mapping[str, Any],
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the body and the successful responses of an operation."""
    bodies = {"body": operation.get("requestBody", {})} | {
        status: response
        for status, response in operation["responses"].items()
        if status.startswith("2")
    }
    for where, body in bodies.items():
        for media in body.get("content", {}).values():
            if media.get("schema"):
                yield where, media


def has_example(document: dict[str, Any], value: dict[str, Any]) -> bool:
    """Return whether a value has an example, or each of its properties has one."""
    if {"example", "examples", "default", "const", "enum"} & set(value):
        return True
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return has_example(document, document["components"]["schemas"][name])
    if value.get("type") == "null" or value.get("format") == "binary":
        return True
    parts = [
        *(value[key] for key in ("schema", "items") if key in value),
        *(part for key in ("anyOf", "oneOf", "allOf") for part in value.get(key, [])),
        *value.get("properties", {}).values(),
    ]
    return bool(parts) and all(has_example(document, part) for part in parts)


@pytest.mark.parametrize("path", VIEWERS)
def test_a_documentation_page_has_all_its_files(
    configured_client: Client, path: str
) -> None:
    response = configured_client.get(path)
    assert response.status_code == 200
    page = Page(ORIGIN + path, response.text)
    assert DOCUMENT in response.text or any(
        DOCUMENT in configured_client.get(urlsplit(address).path).text
        for address in page.assets()
    )
    scripts = [address for address in page.assets() if address.endswith(".js")]
    assert scripts
    for address in page.assets():
        parts = urlsplit(address)
        if parts.scheme == "data":
            continue
        assert parts.hostname == HOST, address
        asset = configured_client.get(parts.path, params=parts.query or None)
        assert asset.status_code == 200, address
        assert asset.content
        assert asset.headers["x-content-type-options"] == "nosniff"
    for address in page.links():
        assert urlsplit(address).hostname == HOST, address
    assert not re.search(
        r"https?://(?!service\.example)[\w.]*(cdn|unpkg|googleapis)", response.text
    )


def test_a_documentation_page_works_under_its_content_security_policy(
    configured_client: Client, subtests: pytest.Subtests
) -> None:
    for path in VIEWERS:
        with subtests.test(path=path):
            response = configured_client.get(path)
            policy = parse_policy(response.headers["content-security-policy"])
            assert policy["object-src"] == ["'none'"]
            assert policy["base-uri"] == ["'none'"]
            assert policy["frame-ancestors"] == ["'none'"]
            scripts = policy.get("script-src", policy.get("default-src", []))
            assert "'unsafe-eval'" not in scripts
            assert "'unsafe-inline'" not in scripts
            for _, attributes, source in find_inline_elements(response.text, "script"):
                digest = base64.b64encode(
                    hashlib.sha256(source.encode()).digest()
                ).decode()
                nonce = re.search(r'nonce="([^"]+)"', attributes)
                assert f"'sha256-{digest}'" in scripts or (
                    nonce and f"'nonce-{nonce.group(1)}'" in scripts
                ), source
            styles = policy.get("style-src", policy.get("default-src", []))
            if (
                find_inline_elements(response.text, "style")
                or 'style="' in response.text
            ):
                assert "'unsafe-inline'" in styles or any(
                    "nonce" in source for source in styles
                )
            assert not re.search(r"<[^>]+\son\w+=", response.text)
            check_no_version(response.headers)


def find_inline_elements(text: str, tag: str) -> list[tuple[str, str, str]]:
    found = re.findall(
        rf"<({tag})\b([^>]*)>(.*?)</{tag}>", text, re.DOTALL | re.IGNORECASE
    )
    return [
        each
        for each in found
        if "src=" not in each[1]
        and "application/json" not in each[1]
        and each[2].strip()
    ]
