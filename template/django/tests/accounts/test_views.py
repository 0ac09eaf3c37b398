import re
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core import mail
from django.test import Client
from django.utils import timezone

from app.accounts import service
from app.accounts.sessions.models import Session
from app.accounts.sessions.store import SessionStore
from app.users.models import User
from tests.accounts.helpers import NEW_PASSWORD, read_token
from tests.factories import PASSWORD
from tests.queries import count_queries

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"


def send(client: Client, page: str, **fields: str) -> Any:
    return client.post(f"/accounts/{page}", fields)


def redirects_to(response: Any, path: str) -> bool:
    return (response.status_code, response.headers["Location"]) == (302, path)


def is_signed_in(client: Client) -> bool:
    return client.get("/accounts/profile").status_code == 200


def copy_of(client: Client) -> Client:
    """Return a client with the same session cookie."""
    copy = Client()
    copy.cookies["session"] = client.cookies["session"].value
    return copy


@pytest.mark.parametrize(
    "page", ["register", "check-email", "confirm", "sign-in", "reset", "reset/confirm"]
)
def test_pages_without_an_account(page: str) -> None:
    response = Client().get(f"/accounts/{page}")
    assert response.status_code == 200
    assert "Register" in response.text


@pytest.mark.parametrize("page", ["profile", "password", "delete"])
def test_pages_of_an_account(client: Client, page: str) -> None:
    response = client.get(f"/accounts/{page}")
    assert response.status_code == 200
    assert ADA in response.text


def test_anonymous_users_are_asked_to_sign_in() -> None:
    response = Client().get("/accounts/password?a=b")
    assert redirects_to(response, "/accounts/sign-in?next=/accounts/password%3Fa%3Db")


def test_signing_in_does_not_lead_back_to_what_has_no_page() -> None:
    response = Client().post("/accounts/sessions/sign-out-others")
    assert redirects_to(response, "/accounts/sign-in")


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("/accounts/password?a=b", "/accounts/password?a=b"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
    ],
)
def test_signing_in_leads_only_to_this_site(
    client: Client, url: str, location: str
) -> None:
    fields = {"email": ADA, "password": PASSWORD}
    response = client.post("/accounts/sign-in", fields, query_params={"next": url})
    assert redirects_to(response, location)


def test_a_user_registers_confirms_and_signs_in() -> None:
    client, email = Client(), "new@example.org"
    fields = {"email": email, "password": PASSWORD}
    assert redirects_to(send(client, "register", **fields), "/accounts/check-email")
    assert send(client, "sign-in", **fields).status_code == 401
    token = read_token(email)
    link = f"http://localhost:8000/accounts/confirm?token={token}"
    message: Any = mail.outbox[-1]
    for body in (message.body, message.alternatives[0].content):
        assert link in body
    assert token in client.get(link).text
    assert redirects_to(send(client, "confirm", token=token), "/accounts/sign-in")
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
    client: Client, page: str, fields: dict[str, str], invalid: list[str]
) -> None:
    response = send(client, page, **fields)
    assert response.status_code == 200
    assert re.findall(r'id="id_(\w+)_error"', response.text) == invalid
    assert NEW_PASSWORD not in response.text


def test_a_session_ends_when_its_user_signs_out(client: Client) -> None:
    stolen = copy_of(client)
    assert client.get("/accounts/sign-out").status_code == 405
    assert redirects_to(send(client, "sign-out"), "/")
    assert not is_signed_in(stolen)


def test_signing_in_again_gives_a_new_session(client: Client) -> None:
    old = copy_of(client)
    send(client, "sign-in", email=ADA, password=PASSWORD)
    assert is_signed_in(client)
    assert not is_signed_in(old)


def test_a_new_password_ends_all_sessions_but_this(client: Client) -> None:
    stolen = copy_of(client)
    fields = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert redirects_to(send(client, "password", **fields), "/accounts/profile")
    assert is_signed_in(client)
    assert not is_signed_in(stolen)


def test_a_forgotten_password_is_replaced(client: Client) -> None:
    assert redirects_to(send(client, "reset", email=ADA), "/accounts/check-email")
    token = read_token(ADA)
    assert token in client.get(f"/accounts/reset/confirm?token={token}").text
    fields = {"token": token, "password": NEW_PASSWORD}
    assert redirects_to(send(client, "reset/confirm", **fields), "/accounts/sign-in")
    assert not is_signed_in(client)
    assert send(client, "reset/confirm", **fields).status_code == 400
    send(client, "sign-in", email=ADA, password=NEW_PASSWORD)
    assert is_signed_in(client)


def test_other_devices_are_signed_out(client: Client) -> None:
    here = Client(headers={"User-Agent": "Lynx"})
    send(here, "sign-in", email=ADA, password=PASSWORD)
    profile = here.get("/accounts/profile").text
    assert "Lynx</strong> (this device)" in profile
    assert "Unknown browser</strong>" in profile
    assert redirects_to(send(here, "sessions/sign-out-others"), "/accounts/profile")
    assert is_signed_in(here)
    assert not is_signed_in(client)


def test_the_number_of_queries_does_not_grow_with_sessions(client: Client) -> None:
    counts = []
    for _ in range(3):
        send(Client(), "sign-in", email=ADA, password=PASSWORD)
        counts.append(count_queries(client, "/accounts/profile"))
    assert counts == counts[:1] * 3


def test_an_account_is_deleted(client: Client) -> None:
    response = send(client, "delete", current_password=PASSWORD)
    assert redirects_to(response, "/")
    assert not User.objects.exists()
    assert not is_signed_in(client)


def test_a_password_that_changed_during_its_check_deletes_no_account(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    user.password = "hash of the password before"
    monkeypatch.setattr(service, "verify_credentials", lambda *_: user)
    response = send(client, "delete", current_password=PASSWORD)
    assert response.status_code == 403
    assert User.objects.exists()


def test_the_last_staff_account_is_not_deleted(client: Client, user: User) -> None:
    user.is_staff = True
    user.save()
    response = send(client, "delete", current_password=PASSWORD)
    assert response.status_code == 409
    assert "last active staff account" in response.text


def test_a_session_is_extended_while_it_is_used(client: Client, user: User) -> None:
    soon = timezone.now() + timedelta(hours=1)
    used = timezone.now() - timedelta(hours=1)
    Session.objects.update(last_used_at=used, expire_date=soon)
    assert is_signed_in(client)
    assert Session.objects.get().expire_date > soon
    user.is_active = False
    user.save()
    assert not is_signed_in(client)


def test_a_session_ends_two_weeks_after_it_began(client: Client) -> None:
    session = client.session
    session["created_at"] = (timezone.now() - timedelta(days=14)).timestamp()
    session.save()
    assert not is_signed_in(client)


def test_the_key_of_a_session_is_stored_hashed(client: Client) -> None:
    session = Session.objects.get()
    assert session.pk != client.cookies["session"].value
    assert str(session) == session.user_agent


@pytest.mark.django_db(transaction=True)
def test_asynchronous_views_use_the_same_sessions() -> None:
    async def use() -> bool:
        store = SessionStore()
        await store.aset("colour", "blue")
        await store.asave()
        same = SessionStore(store.session_key)
        assert await same.aget("colour") == "blue"
        await same.adelete()
        return await same.aexists(str(store.session_key))

    assert not async_to_sync(use)()
