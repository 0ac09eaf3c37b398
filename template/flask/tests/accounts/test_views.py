import re
from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_mail import Message
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from app.accounts import service, sessions
from app.accounts.models import User, UserSession
from app.database import now
from app.extensions import db
from tests.accounts.helpers import NEW_PASSWORD, read_emails, read_token, send_cookie
from tests.factories import PASSWORD
from tests.forms import read_csrf_token, submit

ADA = "ada@example.org"


def send(client: FlaskClient, page: str, **fields: str) -> TestResponse:
    return submit(client, f"/accounts/{page}", **fields)


def post(client: FlaskClient, path: str) -> TestResponse:
    """Send a form that consists of a button."""
    token = read_csrf_token(client.get("/accounts/profile").text)
    return client.post(f"/accounts/{path}", data={"csrf_token": token})


def redirects_to(response: TestResponse, path: str) -> bool:
    return response.status_code in {302, 303} and response.location == path


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/accounts/profile").status_code == 200


def get_cookie(client: FlaskClient) -> str:
    cookie = client.get_cookie("session")
    assert cookie
    return cookie.value


@pytest.mark.parametrize(
    "page", ["register", "check-email", "confirm", "sign-in", "reset", "reset/confirm"]
)
def test_pages_without_an_account(anonymous_client: FlaskClient, page: str) -> None:
    response = anonymous_client.get(f"/accounts/{page}")
    assert response.status_code == 200
    assert "Register" in response.text


@pytest.mark.parametrize("page", ["profile", "password", "delete"])
def test_pages_of_an_account(client: FlaskClient, page: str) -> None:
    response = client.get(f"/accounts/{page}")
    assert response.status_code == 200
    assert ADA in response.text


def test_anonymous_users_are_asked_to_sign_in(anonymous_client: FlaskClient) -> None:
    response = anonymous_client.get("/accounts/profile?a=b")
    assert redirects_to(
        response, "/accounts/sign-in?next=%2Faccounts%2Fprofile%3Fa%3Db"
    )


def test_signing_in_does_not_lead_back_to_what_has_no_page(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        db.session.execute(update(UserSession).values(expires_at=now()))
        db.session.commit()
    token = read_csrf_token(client.get("/accounts/sign-in").text)
    path = "/accounts/sessions/sign-out-others"
    response = client.post(path, data={"csrf_token": token})
    assert redirects_to(response, "/accounts/sign-in")


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("/some/page?a=b", "/some/page?a=b"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/\nSet-Cookie:a=b", "/"),
    ],
)
def test_signing_in_leads_only_to_this_site(
    client: FlaskClient, url: str, location: str
) -> None:
    token = read_csrf_token(client.get("/accounts/sign-in").text)
    fields = {"email": ADA, "password": PASSWORD, "csrf_token": token}
    response = client.post("/accounts/sign-in", query_string={"next": url}, data=fields)
    assert redirects_to(response, location)


def test_a_user_registers_confirms_and_signs_in(
    app: Flask, anonymous_client: FlaskClient, outbox: Sequence[Message]
) -> None:
    client, email = anonymous_client, "new@example.org"
    fields = {"email": email, "password": PASSWORD}
    assert redirects_to(send(client, "register", **fields), "/accounts/check-email")
    assert send(client, "sign-in", **fields).status_code == 401
    token = read_token(app, outbox, email)
    (message,) = read_emails(app, outbox, email)
    link = f"http://localhost:8000/accounts/confirm?token={token}"
    assert link in (message.body or "")
    assert link in (message.html or "")
    assert token in client.get(link).text
    confirmed = send(client, "confirm", token=token)
    assert redirects_to(confirmed, "/accounts/sign-in")
    assert redirects_to(send(client, "sign-in", **fields), "/")
    assert email in client.get("/").text


@pytest.mark.parametrize(
    ("page", "fields", "invalid"),
    [
        ("register", {"email": "ada", "password": "short"}, ["email", "password"]),
        ("reset", {"email": "ada"}, ["email"]),
        ("reset/confirm", {"token": "x", "password": "short"}, ["password"]),
        (
            "password",
            {"current_password": PASSWORD, "new_password": "short"},
            ["new_password"],
        ),
        (
            "password",
            {"current_password": NEW_PASSWORD, "new_password": NEW_PASSWORD},
            ["current_password"],
        ),
        ("delete", {"current_password": NEW_PASSWORD}, ["current_password"]),
        ("delete", {"current_password": "x" * 1000}, ["current_password"]),
    ],
)
def test_errors_are_shown_at_their_fields(
    client: FlaskClient, page: str, fields: dict[str, str], invalid: list[str]
) -> None:
    response = send(client, page, **fields)
    assert response.status_code == 422
    assert re.findall(r'id="(\w+)-error"', response.text) == invalid
    assert NEW_PASSWORD not in response.text


def test_a_session_ends_when_its_user_signs_out(client: FlaskClient) -> None:
    stolen = get_cookie(client)
    assert client.get("/accounts/sign-out").status_code == 405
    assert redirects_to(post(client, "sign-out"), "/")
    assert not is_signed_in(client)
    client.set_cookie("session", stolen)
    assert not is_signed_in(client)


def test_signing_out_without_a_session_succeeds(anonymous_client: FlaskClient) -> None:
    token = read_csrf_token(anonymous_client.get("/accounts/sign-in").text)
    form = {"csrf_token": token}
    assert redirects_to(anonymous_client.post("/accounts/sign-out", data=form), "/")


def test_signing_in_again_ends_the_session_before(client: FlaskClient) -> None:
    before = get_cookie(client)
    send_cookie(client, ADA)
    assert is_signed_in(client)
    client.set_cookie("session", before)
    assert not is_signed_in(client)


def test_a_new_password_ends_all_sessions_but_this(client: FlaskClient) -> None:
    stolen = get_cookie(client)
    fields = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert redirects_to(send(client, "password", **fields), "/accounts/profile")
    assert is_signed_in(client)
    client.set_cookie("session", stolen)
    assert not is_signed_in(client)


def test_a_forgotten_password_is_replaced(
    app: Flask, client: FlaskClient, outbox: Sequence[Message]
) -> None:
    assert redirects_to(send(client, "reset", email=ADA), "/accounts/check-email")
    token = read_token(app, outbox, ADA)
    page = client.get(f"/accounts/reset/confirm?token={token}")
    assert token in page.text
    fields = {"token": token, "password": NEW_PASSWORD}
    assert redirects_to(send(client, "reset/confirm", **fields), "/accounts/sign-in")
    assert not is_signed_in(client)
    assert send(client, "reset/confirm", **fields).status_code == 400
    send_cookie(client, ADA, NEW_PASSWORD)
    assert is_signed_in(client)


def test_other_devices_are_signed_out(client: FlaskClient) -> None:
    other = get_cookie(client)
    client.delete_cookie("session")
    send_cookie(client, ADA)
    assert redirects_to(post(client, "sessions/sign-out-others"), "/accounts/profile")
    assert is_signed_in(client)
    client.set_cookie("session", other)
    assert not is_signed_in(client)


def test_queries_do_not_grow_with_the_sessions(
    client: FlaskClient, statements: list[str]
) -> None:
    counts = []
    for _ in range(3):
        client.delete_cookie("session")
        send_cookie(client, ADA)
        statements.clear()
        client.get("/accounts/profile")
        counts.append(len(statements))
    assert counts == counts[:1] * 3


def test_an_account_is_deleted(app: Flask, client: FlaskClient) -> None:
    response = send(client, "delete", current_password=PASSWORD)
    assert redirects_to(response, "/")
    with app.app_context():
        assert db.session.scalar(select(func.count(User.id))) == 0
    assert not is_signed_in(client)


def test_a_password_that_changed_during_its_check_deletes_no_account(
    app: Flask, client: FlaskClient, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = service.Credentials(user.id, "hash of the password before")
    monkeypatch.setattr(service, "verify_credentials", lambda *_: verified)
    response = send(client, "delete", current_password=PASSWORD)
    assert response.status_code == 403
    with app.app_context():
        assert db.session.scalar(select(func.count(User.id))) == 1


def test_the_last_staff_account_is_not_deleted(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        db.session.execute(update(User).values(is_staff=True))
        db.session.commit()
    response = send(client, "delete", current_password=PASSWORD)
    assert response.status_code == 409
    assert "last active staff account" in response.text


@pytest.fixture
def client_unused_for_an_hour(app: Flask, client: FlaskClient) -> FlaskClient:
    changes = {
        "last_used_at": now() - timedelta(hours=1),
        "expires_at": now() + timedelta(hours=1),
    }
    with app.app_context():
        db.session.execute(update(UserSession).values(changes))
        db.session.commit()
    return client


def test_a_session_is_extended_while_it_is_used(
    app: Flask, client_unused_for_an_hour: FlaskClient
) -> None:
    assert is_signed_in(client_unused_for_an_hour)
    with app.app_context():
        expires_at = db.session.scalar(select(UserSession.expires_at))
        assert expires_at
        assert expires_at > now() + timedelta(hours=2)
        db.session.execute(update(User).values(is_active=False))
        db.session.commit()
    assert not is_signed_in(client_unused_for_an_hour)


def test_a_session_that_cannot_be_extended_still_works(
    client_unused_for_an_hour: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    monkeypatch.setattr(sessions, "extend_session", fail)
    with capture_logs() as logs:
        assert is_signed_in(client_unused_for_an_hour)
    assert "session_not_extended" in [entry["event"] for entry in logs]
