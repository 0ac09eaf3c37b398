from datetime import timedelta

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from app.api import access
from tests.accounts.people import PASSWORD, add_user, mailed, send_token

AUTH = "/api/v1/auth"
ME = "/api/v1/me"
ISSUER = "https://localhost"
NEW = "biscuits at five"
ADA = "ada@example.org"


async def call(client: AsyncClient, path: str, **body: str) -> Response:
    return await client.post(f"{AUTH}/{path}", json=body)


async def test_strangers_get_401(stranger: AsyncClient) -> None:
    for path in ("/api/v1/items", ME):
        response = await stranger.get(path)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_an_account_is_made_and_confirmed(
    app: FastAPI, client: AsyncClient
) -> None:
    new = "new@example.org"
    for email in (ADA, new, new):  # of two links the last counts
        registered = await call(client, "register", email=email, password=NEW)
        assert (registered.status_code, registered.text) == (202, "")
    token = mailed(app, new)
    for status in (204, 400):
        assert (await call(client, "confirm", token=token)).status_code == status
    assert await send_token(client, ADA, PASSWORD)  # who was there has the old one
    await send_token(client, new, NEW)
    me = (await client.get(ME)).json()
    assert (me["email"], me["is_staff"]) == (new, False)


async def test_a_failed_sign_in_does_not_tell_why(
    client: AsyncClient, session: AsyncSession
) -> None:
    disabled = await add_user(session, "bob@example.org")
    await send_token(client, disabled.email)
    disabled.is_active = False
    await session.commit()
    assert (await client.get(ME)).status_code == 401
    answers = set()
    with capture_logs() as lines:
        for email in (ADA, "nobody@example.org", "b\0", disabled.email):
            password = PASSWORD if email == disabled.email else NEW
            form = {"username": email, "password": password}
            response = await client.post(f"{AUTH}/token", data=form)
            answers.add((response.status_code, response.text))
    assert [status for status, _ in answers] == [401]
    assert [line["event"] for line in lines].count("sign_in_failed") == 4


async def test_a_refresh_token_works_once(client: AsyncClient) -> None:
    first = await send_token(client, ADA)
    second = (await call(client, "refresh", refresh_token=first)).json()
    client.headers["Authorization"] = f"Bearer {second['access_token']}"
    assert (await client.get(ME)).status_code == 200
    with capture_logs() as lines:
        for token in (first, second["refresh_token"]):  # the whole family is at its end
            again = await call(client, "refresh", refresh_token=token)
            assert again.status_code == 401
    assert lines[0]["event"] == "refused"
    assert (await client.get(ME)).status_code == 401


async def test_a_new_password_ends_everything(client: AsyncClient) -> None:
    token = await send_token(client, ADA)
    for current, status in ((NEW, 403), (PASSWORD, 204)):
        passwords = {"current_password": current, "new_password": NEW}
        assert (await call(client, "password", **passwords)).status_code == status
    assert (await client.get(ME)).status_code == 401
    assert (await call(client, "refresh", refresh_token=token)).status_code == 401
    assert await send_token(client, ADA, NEW)


async def test_a_forgotten_password_is_replaced(
    app: FastAPI, client: AsyncClient
) -> None:
    for email in (ADA, "nobody@example.org"):
        asked = await call(client, "reset", email=email)
        assert (asked.status_code, asked.text) == (202, "")
    assert [mail["To"] for mail in app.state.mailer.transport.sent] == [ADA]
    reset = {"token": mailed(app), "password": NEW}
    for status in (204, 400):
        assert (await call(client, "reset/confirm", **reset)).status_code == status
    assert (await client.get(ME)).status_code == 401
    assert await send_token(client, ADA, NEW)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LIFETIME", timedelta(seconds=-1)),
        ("TYPE", "JWT"),
        ("signing_key", lambda _: b"another" * 5),
        ("_parties", lambda _: {"iss": ISSUER, "aud": f"{ISSUER}/else"}),
        ("_parties", lambda _: {"iss": "https://else", "aud": f"{ISSUER}/api"}),
    ],
)
async def test_other_tokens_are_refused(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(access, name, value)
        await send_token(client, ADA)
    response = await client.get(ME)
    assert response.status_code == 401
    assert "invalid_token" in response.headers["WWW-Authenticate"]
