from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_mail import Message
from sqlalchemy import update
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from app.accounts import tokens
from app.accounts.models import RefreshToken, User
from app.database import now
from app.extensions import db
from tests.accounts.helpers import NEW_PASSWORD, read_emails, read_token, send_token
from tests.factories import PASSWORD, create_user

AUTH = "/api/v1/auth"
ME = "/api/v1/me"
ADA = "ada@example.org"


def call(client: FlaskClient, path: str, **body: str) -> TestResponse:
    return client.post(f"{AUTH}/{path}", json=body)


def test_anonymous_requests_get_401(anonymous_client: FlaskClient) -> None:
    response = anonymous_client.get(ME)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.content_type == "application/problem+json"


def test_a_user_registers_confirms_and_signs_in(
    app: Flask, client: FlaskClient, outbox: Sequence[Message]
) -> None:
    email = "new@example.org"
    registered = call(client, "register", email=email, password=NEW_PASSWORD)
    assert (registered.status_code, registered.text) == (202, "")
    token = read_token(app, outbox, email)
    for status in (204, 400):
        assert call(client, "confirm", token=token).status_code == status
    send_token(client, email, NEW_PASSWORD)
    me = client.get(ME).get_json()
    assert (me["email"], me["is_staff"]) == (email, False)


def test_registering_a_known_address_changes_nothing(
    app: Flask, client: FlaskClient, outbox: Sequence[Message]
) -> None:
    registered = call(client, "register", email=ADA, password=NEW_PASSWORD)
    assert (registered.status_code, registered.text) == (202, "")
    (message,) = read_emails(app, outbox, ADA)
    assert message.subject == "You already have an account"
    assert send_token(client, ADA, PASSWORD)


def test_a_failed_sign_in_does_not_tell_why(app: Flask, client: FlaskClient) -> None:
    disabled = create_user(app, "bob@example.org")
    send_token(client, disabled.email)
    with app.app_context():
        is_bob = User.id == disabled.id
        db.session.execute(update(User).where(is_bob).values(is_active=False))
        db.session.commit()
    assert client.get(ME).status_code == 401
    answers = set()
    with capture_logs() as logs:
        for email in (ADA, "unknown@example.org", "b\0", disabled.email):
            password = PASSWORD if email == disabled.email else NEW_PASSWORD
            form = {"username": email, "password": password}
            response = client.post(f"{AUTH}/token", data=form)
            answers.add((response.status_code, response.text))
    assert [status for status, _ in answers] == [401]
    assert [entry["event"] for entry in logs].count("sign_in_failed") == 4


def test_a_refresh_token_rotates(client: FlaskClient) -> None:
    first = send_token(client, ADA)
    # The second request may be simultaneous, so it gets tokens as well.
    for _ in range(2):
        response = call(client, "refresh", refresh_token=first)
        assert response.status_code == 200
        access_token = response.get_json()["access_token"]
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {access_token}"
        assert client.get(ME).status_code == 200


def test_a_refresh_token_that_returns_later_revokes_its_family(
    app: Flask, client: FlaskClient
) -> None:
    first = send_token(client, ADA)
    second = call(client, "refresh", refresh_token=first).get_json()["refresh_token"]
    with app.app_context():
        is_used = RefreshToken.used_at.is_not(None)
        used_at = now() - timedelta(seconds=11)
        db.session.execute(update(RefreshToken).where(is_used).values(used_at=used_at))
        db.session.commit()
    for token in (first, second):
        response = call(client, "refresh", refresh_token=token)
        assert response.status_code == 401
    assert client.get(ME).status_code == 401


def test_a_token_that_was_never_issued_has_no_effect(
    app: Flask, client: FlaskClient
) -> None:
    send_token(client, ADA)
    access_token = client.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    with app.app_context():
        family_id = tokens.parse_access_token(access_token)
    assert family_id is not None
    for token in (f"{family_id.hex}.x", str(family_id)):
        assert call(client, "refresh", refresh_token=token).status_code == 401
    assert client.get(ME).status_code == 200


def test_signing_out_revokes_the_tokens(client: FlaskClient) -> None:
    token = send_token(client, ADA)
    assert call(client, "revoke", refresh_token=token).status_code == 204
    assert client.get(ME).status_code == 401


def test_a_new_password_signs_out_everywhere(client: FlaskClient) -> None:
    token = send_token(client, ADA)
    for current, status in ((NEW_PASSWORD, 403), (PASSWORD, 204)):
        change = {"current_password": current, "new_password": NEW_PASSWORD}
        assert call(client, "password", **change).status_code == status
    assert client.get(ME).status_code == 401
    assert call(client, "refresh", refresh_token=token).status_code == 401
    assert send_token(client, ADA, NEW_PASSWORD)


def test_a_forgotten_password_is_replaced(
    app: Flask, client: FlaskClient, outbox: Sequence[Message]
) -> None:
    for email in (ADA, "unknown@example.org"):
        response = call(client, "reset", email=email)
        assert (response.status_code, response.text) == (202, "")
    assert not read_emails(app, outbox, "unknown@example.org")
    reset = {"token": read_token(app, outbox, ADA), "password": NEW_PASSWORD}
    for status in (204, 400):
        assert call(client, "reset/confirm", **reset).status_code == status
    assert client.get(ME).status_code == 401
    assert send_token(client, ADA, NEW_PASSWORD)


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
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(tokens, name, value)
        send_token(client, ADA)
    response = client.get(ME)
    assert response.status_code == 401
    assert "invalid_token" in response.headers["WWW-Authenticate"]


def test_a_token_stays_valid_while_the_secret_key_is_replaced(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_key = app.config["SECRET_KEY"]
    monkeypatch.setitem(app.config, "SECRET_KEY", "another key")
    assert client.get(ME).status_code == 401
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [old_key])
    assert client.get(ME).status_code == 200


def test_clocks_of_hosts_may_differ_a_little(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(tokens, "now", lambda: now() + timedelta(seconds=10))
        send_token(client, ADA)
    assert client.get(ME).status_code == 200
