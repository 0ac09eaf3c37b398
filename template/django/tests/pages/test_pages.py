from uuid import uuid4

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_errors_are_pages(client: Client) -> None:
    missing = client.get(f"/items/{uuid4()}/edit")
    assert missing.status_code == 404
    assert "<h1>Not Found</h1>" in missing.text
    refused = Client(enforce_csrf_checks=True).put("/items/new")
    assert refused.status_code == 405
    assert refused.headers["Allow"] == "GET, HEAD, POST"
    assert "<h1>Method Not Allowed</h1>" in refused.text


def test_errors_are_problem_documents_for_clients_that_ask_for_json(
    client: Client,
) -> None:
    missing = client.get("/nowhere", headers={"accept": "application/json"})
    assert missing.headers["Content-Type"] == "application/problem+json"


def test_forms_require_a_csrf_token() -> None:
    forged = Client(enforce_csrf_checks=True).post("/items/new", {})
    assert forged.status_code == 403
    assert "<h1>Forbidden</h1>" in forged.text


def test_pages_with_a_cookie_are_not_stored(client: Client) -> None:
    assert "Cache-Control" not in Client().get("/")
    assert client.get("/items/new").headers["Cache-Control"] == "no-store"
    assert client.get("/").headers["Cache-Control"] == "no-store"


def test_the_home_page_links_to_items(client: Client) -> None:
    assert "/items/" in client.get("/").text
