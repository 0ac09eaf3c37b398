"""Every route, tried by another user with the identifiers of the first user's rows."""

import re
from typing import Any

import pytest

from tests.contract.client import (
    ITEMS,
    ORIGIN,
    UPLOADS,
    Browser,
    Client,
    Person,
)
from tests.contract.routes import IDENTIFIER, PARAMETER, UUID, crawl, operations
from tests.starters.harness import Service

pytestmark = pytest.mark.features("accounts")

PDF = b"%PDF-1.7\n"
ANALYTICS = "/api/v1/analytics"  # has no owners: test_analytics.py
SIGN_IN = r"/(sign-in|login)/?\?"


@pytest.fixture
def owner(service: Service) -> Person:
    """Return a user with a row of each kind."""
    owner = Person(service)
    owner.register_and_confirm()
    client = owner.sign_in_client()
    client.create()
    if "uploads" in owner.features:
        sent = client.post(UPLOADS, files={"file": ("a.pdf", PDF, "application/pdf")})
        assert sent.status_code == 201
    return owner


@pytest.fixture
def other(service: Service) -> Person:
    other = Person(service)
    other.register_and_confirm()
    return other


@pytest.fixture
def document(configured_service: Service) -> dict[str, Any]:
    with Client(configured_service, anonymous=True) as client:
        document: dict[str, Any] = client.get("/api/openapi.json").json()
    return document


@pytest.mark.features("api")
def test_the_api_shows_and_changes_nothing_of_another_user(
    owner: Person, other: Person, document: dict[str, Any], subtests: pytest.Subtests
) -> None:
    theirs, mine = other.sign_in_client(), owner.sign_in_client()
    lists = {ITEMS, UPLOADS} & document["paths"].keys()
    before = {path: mine.get(path).text for path in lists}
    ids = {path: re.findall(UUID, text)[0] for path, text in before.items()}
    tried = 0
    for path, method, operation in operations(document):
        if not operation.get("security") or path.startswith(ANALYTICS):
            continue
        has_parameter = PARAMETER.search(path)
        with subtests.test(method=method, path=path):
            found = (ids[each] for each in lists if path.startswith(each))
            target = PARAMETER.sub(next(found, ""), path)
            body: object = {} if method in {"PATCH", "POST", "PUT"} else None
            if not (has_parameter or method == "GET"):
                continue
            tried += 1
            if path.endswith("/events"):  # never ends; test_realtime.py reads it
                continue
            answer = theirs.request(method, target, json=body)
            assert answer.status_code == (404 if has_parameter else 200)
            assert not any(row_id in answer.text for row_id in ids.values())
    assert tried >= 5
    assert {path: mine.get(path).text for path in lists} == before


@pytest.mark.features("api", "pages")
def test_pages_show_and_change_nothing_of_another_user(
    owner: Person, other: Person, subtests: pytest.Subtests
) -> None:
    mine, theirs = owner.sign_in_browser(), other.sign_in_browser()
    anonymous = Browser(Client(owner.service, anonymous=True))
    pages = crawl(mine, ["/"])
    ids = {each for page in pages for each in re.findall(UUID, page.source)}
    assert ids
    for page in crawl(theirs, ["/"]):
        assert not ids & {*re.findall(UUID, page.source)}, page.url
    tried = 0
    for page in pages:
        path = page.url.removeprefix(ORIGIN)
        if not IDENTIFIER.search(path):
            continue
        tried += 1
        with subtests.test(path=path):
            response = anonymous.request("GET", path)
            assert response.status_code in {302, 303}
            assert re.search(SIGN_IN, response.headers["location"])
            assert theirs.request("GET", path).status_code == 404
            answer = theirs.post(page, page.form(), price="9")
            assert answer.status_code in {403, 404}
            assert mine.request("GET", path).status_code == 200
    assert tried >= 2
