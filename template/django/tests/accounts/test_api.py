from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from structlog.testing import capture_logs

from app.accounts.tokens import service as tokens
from app.accounts.tokens.models import RefreshToken, TokenFamily
from app.users.models import User
from tests.accounts.helpers import NEW_PASSWORD, read_token
from tests.factories import PASSWORD, create_user

pytestmark = pytest.mark.django_db
AUTH = "/api/v1/auth"
ME = "/api/v1/me"
ADA = "ada@example.org"


def call(client: Client, path: str, **body: str) -> Any:
    return client.post(f"{AUTH}/{path}", body, content_type="application/json")


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    form = {"username": email, "password": password}
    return client.post(f"{AUTH}/token", form)


def status_of_me(client: Client, access_token: str) -> int:
    headers = {"Authorization": f"Bearer {access_token}"}
    return client.get(ME, headers=headers).status_code


def test_anonymous_requests_get_401() -> None:
    response = Client().get(ME)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_user_registers_confirms_and_signs_in() -> None:
    client, email = Client(), "new@example.org"
    registered = call(client, "register", email=email, password=NEW_PASSWORD)
    assert (registered.status_code, registered.text) == (202, "")
    token = read_token(email)
    for status in (204, 400):
        assert call(client, "confirm", token=token).status_code == status
    access_token = sign_in(client, email, NEW_PASSWORD).json()["access_token"]
    me = client.get(ME, headers={"Authorization": f"Bearer {access_token}"}).json()
    assert (me["email"], me["is_staff"]) == (email, False)


def test_registering_a_known_address_changes_nothing(client: Client) -> None:
    registered = call(client, "register", email=ADA, password=NEW_PASSWORD)
    assert (registered.status_code, registered.text) == (202, "")
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([ADA], "You already have an account")
    assert sign_in(client, ADA).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "ada"),
        ("password", "short"),
        ("password", "password123"),
        ("password", "\ud800" * 8),
    ],
)
def test_invalid_fields_are_named(field: str, value: str) -> None:
    body = {"email": "new@example.org", "password": NEW_PASSWORD} | {field: value}
    response = call(Client(), "register", **body)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_a_failed_sign_in_does_not_tell_why(client: Client, user: User) -> None:
    disabled = create_user("bob@example.org")
    access_token = sign_in(client, disabled.email).json()["access_token"]
    disabled.is_active = False
    disabled.save()
    assert status_of_me(client, access_token) == 401
    answers = set()
    with capture_logs() as logs:
        for email in (user.email, "unknown@example.org", "b\0", disabled.email):
            password = PASSWORD if email == disabled.email else NEW_PASSWORD
            response = sign_in(client, email, password)
            answers.add((response.status_code, response.text))
    assert [status for status, _ in answers] == [401]
    assert [entry["event"] for entry in logs].count("sign_in_failed") == 4


def test_a_refresh_token_rotates(client: Client) -> None:
    first = sign_in(client, ADA).json()["refresh_token"]
    # The second request may be simultaneous, so it gets tokens as well.
    for _ in range(2):
        response = call(client, "refresh", refresh_token=first)
        assert response.status_code == 200
        assert status_of_me(client, response.json()["access_token"]) == 200


def test_a_refresh_token_that_returns_later_revokes_its_family(client: Client) -> None:
    first = sign_in(client, ADA).json()["refresh_token"]
    second = call(client, "refresh", refresh_token=first).json()
    used_at = timezone.now() - timedelta(seconds=11)
    RefreshToken.objects.filter(used_at__isnull=False).update(used_at=used_at)
    for token in (first, second["refresh_token"]):
        assert call(client, "refresh", refresh_token=token).status_code == 401
    assert status_of_me(client, second["access_token"]) == 401


def test_the_refresh_token_of_a_disabled_account_is_refused(
    client: Client, user: User
) -> None:
    token = sign_in(client, ADA).json()["refresh_token"]
    user.is_active = False
    user.save()
    assert call(client, "refresh", refresh_token=token).status_code == 401


def test_a_token_that_was_never_issued_has_no_effect(client: Client) -> None:
    access_token = sign_in(client, ADA).json()["access_token"]
    family_id = tokens.parse_access_token(access_token)
    for row in (*TokenFamily.objects.all(), *RefreshToken.objects.all()):
        assert "oken" in str(row)
    for token in (f"{family_id}.x", str(family_id), access_token):
        assert call(client, "refresh", refresh_token=token).status_code == 401
    assert status_of_me(client, access_token) == 200


def test_signing_out_revokes_the_tokens(client: Client) -> None:
    pair = sign_in(client, ADA).json()
    revoked = call(client, "revoke", refresh_token=pair["refresh_token"])
    assert revoked.status_code == 204
    assert status_of_me(client, pair["access_token"]) == 401


def test_a_new_password_signs_out_everywhere(client: Client) -> None:
    pair = sign_in(client, ADA).json()
    for current, status in ((NEW_PASSWORD, 403), (PASSWORD, 204)):
        change = {"current_password": current, "new_password": NEW_PASSWORD}
        assert call(client, "password", **change).status_code == status
    assert client.get(ME).status_code == 401
    refreshed = call(client, "refresh", refresh_token=pair["refresh_token"])
    assert refreshed.status_code == 401
    assert sign_in(client, ADA, NEW_PASSWORD).status_code == 200


def test_a_forgotten_password_is_replaced(client: Client) -> None:
    for email in (ADA, "unknown@example.org"):
        response = call(client, "reset", email=email)
        assert (response.status_code, response.text) == (202, "")
    assert len(mail.outbox) == 1
    reset = {"token": read_token(ADA), "password": NEW_PASSWORD}
    for status in (204, 400):
        assert call(client, "reset/confirm", **reset).status_code == status
    assert client.get(ME).status_code == 401
    assert sign_in(client, ADA, NEW_PASSWORD).status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCESS_TOKEN_LIFETIME", timedelta(minutes=-1)),
        ("ACCESS_TOKEN_TYPE", "JWT"),
        ("_signing_key", lambda _: b"another" * 5),
        ("_audience", lambda: "https://other.example/api"),
    ],
)
def test_other_tokens_are_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(tokens, name, value)
        access_token = sign_in(client, ADA).json()["access_token"]
    headers = {"Authorization": f"Bearer {access_token}"}
    response = client.get(ME, headers=headers)
    assert response.status_code == 401
    assert "invalid_token" in response.headers["WWW-Authenticate"]


def test_tokens_stay_valid_while_the_secret_key_is_replaced(
    client: Client, settings: Any
) -> None:
    access_token = sign_in(client, ADA).json()["access_token"]
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another" * 5
    assert status_of_me(client, access_token) == 200
