import re
from datetime import timedelta
from unittest.mock import AsyncMock

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import func, select, update

from app.accounts import service
from app.accounts.models import User, UserSession
from app.database import now
from app.state import State
from app.unit_of_work import UnitOfWork
from tests.accounts.helpers import NEW_PASSWORD, read_emails, read_token, send_cookie
from tests.factories import PASSWORD

ADA = "ada@example.org"


async def send(client: AsyncClient, page: str, **fields: str) -> Response:
    return await client.post(f"/accounts/{page}", data=fields)


def redirects_to(response: Response, path: str) -> bool:
    return (response.status_code, response.headers["Location"]) == (303, path)


async def is_signed_in(client: AsyncClient) -> bool:
    return (await client.get("/accounts/profile")).status_code == 200


@pytest.mark.parametrize(
    "page", ["register", "check-email", "confirm", "sign-in", "reset", "reset/confirm"]
)
async def test_pages_without_an_account(
    anonymous_client: AsyncClient, page: str
) -> None:
    response = await anonymous_client.get(f"/accounts/{page}")
    assert response.status_code == 200
    assert "Register" in response.text


@pytest.mark.parametrize("page", ["profile", "password", "delete"])
async def test_pages_of_an_account(client: AsyncClient, page: str) -> None:
    response = await client.get(f"/accounts/{page}")
    assert response.status_code == 200
    assert ADA in response.text


async def test_anonymous_users_are_asked_to_sign_in(
    anonymous_client: AsyncClient,
) -> None:
    response = await anonymous_client.get("/accounts/profile?a=b")
    assert redirects_to(
        response, "/accounts/sign-in?next=%2Faccounts%2Fprofile%3Fa%3Db"
    )


async def test_signing_in_does_not_lead_to_a_url_that_accepts_only_forms(
    anonymous_client: AsyncClient,
) -> None:
    response = await send(anonymous_client, "sessions/sign-out-others")
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
async def test_signing_in_leads_only_to_this_site(
    client: AsyncClient, url: str, location: str
) -> None:
    fields = {"email": ADA, "password": PASSWORD}
    response = await client.post("/accounts/sign-in", params={"next": url}, data=fields)
    assert redirects_to(response, location)


async def test_a_user_registers_confirms_and_signs_in(
    state: State, anonymous_client: AsyncClient
) -> None:
    client, email = anonymous_client, "new@example.org"
    fields = {"email": email, "password": PASSWORD}
    registered = await send(client, "register", **fields)
    assert redirects_to(registered, "/accounts/check-email")
    assert (await send(client, "sign-in", **fields)).status_code == 401
    token = await read_token(state, email)
    (message,) = await read_emails(state, email)
    link = f"http://localhost:8000/accounts/confirm?token={token}"
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert link in body.get_content()
    assert token in (await client.get(link)).text
    confirmed = await send(client, "confirm", token=token)
    assert redirects_to(confirmed, "/accounts/sign-in")
    assert redirects_to(await send(client, "sign-in", **fields), "/")
    assert email in (await client.get("/")).text


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
async def test_errors_are_shown_at_their_fields(
    client: AsyncClient, page: str, fields: dict[str, str], invalid: list[str]
) -> None:
    response = await send(client, page, **fields)
    assert response.status_code == 422
    assert re.findall(r'id="(\w+)-error"', response.text) == invalid
    labels = re.findall(r'<label [^>]*for="(\w+)">(.*)</label>', response.text)
    summary = re.findall(r'<a href="#(\w+)">(.*)</a>: ', response.text)
    assert summary == [(name, label) for name, label in labels if name in invalid]
    assert NEW_PASSWORD not in response.text


async def test_a_session_ends_when_its_user_signs_out(client: AsyncClient) -> None:
    stolen = client.cookies["session"]
    assert (await client.get("/accounts/sign-out")).status_code == 405
    assert redirects_to(await send(client, "sign-out"), "/")
    assert "session" not in client.cookies
    client.cookies["session"] = stolen
    assert not await is_signed_in(client)


async def test_a_new_password_ends_all_sessions_but_this(client: AsyncClient) -> None:
    stolen = client.cookies["session"]
    fields = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert redirects_to(await send(client, "password", **fields), "/accounts/profile")
    assert await is_signed_in(client)
    client.cookies.clear()
    client.cookies["session"] = stolen
    assert not await is_signed_in(client)


async def test_a_forgotten_password_is_replaced(
    state: State, client: AsyncClient
) -> None:
    assert redirects_to(await send(client, "reset", email=ADA), "/accounts/check-email")
    token = await read_token(state, ADA)
    page = await client.get(f"/accounts/reset/confirm?token={token}")
    assert token in page.text
    fields = {"token": token, "password": NEW_PASSWORD}
    response = await send(client, "reset/confirm", **fields)
    assert redirects_to(response, "/accounts/sign-in")
    assert not await is_signed_in(client)
    assert (await send(client, "reset/confirm", **fields)).status_code == 400
    await send_cookie(client, ADA, NEW_PASSWORD)
    assert await is_signed_in(client)


async def test_other_devices_are_signed_out(client: AsyncClient) -> None:
    other = client.cookies["session"]
    client.cookies.clear()
    await send_cookie(client, ADA)
    response = await send(client, "sessions/sign-out-others")
    assert redirects_to(response, "/accounts/profile")
    assert await is_signed_in(client)
    client.cookies.clear()
    client.cookies["session"] = other
    assert not await is_signed_in(client)


async def test_an_account_is_deleted(
    client: AsyncClient, unit_of_work: UnitOfWork
) -> None:
    response = await send(client, "delete", current_password=PASSWORD)
    assert redirects_to(response, "/")
    assert await unit_of_work.session.scalar(select(User)) is None
    assert not await is_signed_in(client)


async def test_a_password_that_changed_during_its_check_deletes_no_account(
    client: AsyncClient, unit_of_work: UnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = (await unit_of_work.session.scalars(select(User))).one()
    await unit_of_work.commit()
    verified = service.Credentials(user.id, "hash of the password before")
    verify = AsyncMock(return_value=verified)
    monkeypatch.setattr(service, "verify_credentials", verify)
    response = await send(client, "delete", current_password=PASSWORD)
    assert response.status_code == 403
    assert await unit_of_work.session.scalar(select(func.count(User.id))) == 1


async def test_the_last_staff_account_is_not_deleted(
    client: AsyncClient, unit_of_work: UnitOfWork
) -> None:
    await unit_of_work.session.execute(update(User).values(is_staff=True))
    await unit_of_work.commit()
    response = await send(client, "delete", current_password=PASSWORD)
    assert response.status_code == 409
    assert "last active staff account" in response.text


async def test_a_session_is_extended_while_it_is_used(
    client: AsyncClient, unit_of_work: UnitOfWork
) -> None:
    session = unit_of_work.session
    row = (await session.scalars(select(UserSession))).one()
    row.last_used_at = now() - timedelta(hours=1)
    row.expires_at = soon = now() + timedelta(hours=1)
    await unit_of_work.commit()
    assert await is_signed_in(client)
    await session.refresh(row)
    assert row.expires_at > soon
    await session.execute(update(User).values(is_active=False))
    await unit_of_work.commit()
    assert not await is_signed_in(client)
