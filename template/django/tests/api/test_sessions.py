from typing import Any

import pytest
from django.test import Client

from app.accounts.tokens.service import create_tokens
from app.users.models import User
from tests.accounts.helpers import NEW_PASSWORD
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"


@pytest.fixture
def browser(user: User) -> Client:
    """Send requests with a session, checked as those of a browser."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    return browser


def change_password(browser: Client, **headers: str) -> Any:
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    url, kind = "/api/v1/auth/password", "application/json"
    return browser.post(url, body, content_type=kind, headers=headers)


def test_a_session_authenticates_requests_to_the_api(browser: Client) -> None:
    assert browser.get(ME).json()["email"] == "ada@example.org"
    browser.logout()
    assert browser.get(ME).status_code == 401


def test_changes_with_a_session_require_a_csrf_token(browser: Client) -> None:
    refused = change_password(browser)
    assert refused.status_code == 403
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert browser.get(ME).status_code == 200
    browser.cookies["csrftoken"] = token = "a" * 32
    assert change_password(browser, **{"X-CSRFToken": token}).status_code == 204


def test_an_access_token_counts_more_than_a_session(
    browser: Client, user: User
) -> None:
    assert change_password(browser, Authorization="Bearer invalid").status_code == 401
    valid = f"Bearer {create_tokens(user).access_token}"
    assert change_password(browser, Authorization=valid).status_code == 204
