import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_errors_are_pages(client: Client) -> None:
    missing = client.get("/nowhere")
    assert missing.status_code == 404
    assert "<h1>Not Found</h1>" in missing.text


def test_errors_are_problem_documents_for_clients_that_ask_for_json(
    client: Client,
) -> None:
    missing = client.get("/nowhere", headers={"accept": "application/json"})
    assert missing.headers["Content-Type"] == "application/problem+json"


def test_pages_for_requests_with_a_cookie_are_not_stored() -> None:
    visitor = Client()
    assert "Cache-Control" not in visitor.get("/")
    visitor.cookies["csrftoken"] = "a" * 32
    assert visitor.get("/").headers["Cache-Control"] == "no-store"
