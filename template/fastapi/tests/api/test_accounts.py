from datetime import timedelta
from typing import Any

import jwt
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from app.api import access
from app.database import now
from app.settings import Settings
from tests.accounts.people import PASSWORD, add_user, mailed, send_token

AUTH = "/api/v1/auth"
ME = "/api/v1/me"
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
    for _ in range(2):  # of two links the last counts
        registered = await call(client, "register", email=new, password=PASSWORD)
        assert (registered.status_code, registered.text) == (202, "")
    token = mailed(app, new)
    for status in (204, 400):
        assert (await call(client, "confirm", token=token)).status_code == status
    await send_token(client, new)
    me = (await client.get(ME)).json()
    assert (me["email"], me["is_staff"]) == (new, False)


async def test_whether_somebody_has_an_account_only_the_mail_tells(
    app: FastAPI, client: AsyncClient
) -> None:
    answers = [
        await call(client, "register", email=ADA, password=NEW),
        await call(client, "reset", email=ADA),
        await call(client, "reset", email="nobody@example.org"),
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, "")}
    assert {mail["To"] for mail in app.state.mailer.transport.sent} == {ADA}
    assert await send_token(client, ADA)  # with the old password


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
    await call(client, "reset", email=ADA)
    reset = {"token": mailed(app), "password": NEW}
    for status in (204, 400):
        assert (await call(client, "reset/confirm", **reset)).status_code == status
    assert (await client.get(ME)).status_code == 401
    assert await send_token(client, ADA, NEW)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://else.example"},
        {"aud": "https://localhost/else"},
        {"exp": now() - timedelta(seconds=1)},
        {"sid": "7"},
        {},  # but of another type
    ],
)
async def test_other_tokens_are_refused(
    client: AsyncClient, settings: Settings, claims: dict[str, Any]
) -> None:
    mine = client.headers["Authorization"].removeprefix("Bearer ")
    key, audience = access.signing_key(settings), "https://localhost/api"
    payload = jwt.decode(mine, key, ["HS256"], audience=audience)
    headers = {"typ": access.TYPE if claims else "JWT"}
    forged = jwt.encode(payload | claims, key, headers=headers)
    client.headers["Authorization"] = f"Bearer {forged}"
    response = await client.get(ME)
    assert response.status_code == 401
    assert "invalid_token" in response.headers["WWW-Authenticate"]
