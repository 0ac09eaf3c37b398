from datetime import timedelta
from typing import Any

import jwt
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from app.accounts.models import User
from app.api import access
from app.database import now
from app.settings import Settings
from tests.accounts.people import PASSWORD, mailed, send_token

AUTH = "/api/v1/auth"
ME = "/api/v1/me"
NEW = "biscuits at five"
ADA = "ada@example.org"


async def call(client: AsyncClient, path: str, **body: str) -> Response:
    return await client.post(f"{AUTH}/{path}", json=body)


async def refreshed(client: AsyncClient, token: str) -> dict[str, Any]:
    response = await call(client, "refresh", refresh_token=token)
    pair: dict[str, Any] = response.json()
    return pair


async def test_strangers_get_401(stranger: AsyncClient) -> None:
    for method, path in (("GET", "items"), ("POST", "items"), ("GET", "me")):
        response = await stranger.request(method, f"/api/v1/{path}", json={})
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert response.headers["Content-Type"] == "application/problem+json"


async def test_an_account_is_made_and_confirmed(
    app: FastAPI, client: AsyncClient
) -> None:
    new = "new@example.org"
    for _ in range(2):  # of two links the last counts
        registered = await call(client, "register", email=new, password=PASSWORD)
        assert (registered.status_code, registered.text) == (202, "")
    first = await client.post(
        f"{AUTH}/token", data={"username": new, "password": PASSWORD}
    )
    assert first.status_code == 401
    token = mailed(app, new)
    assert (await call(client, "confirm", token=token)).status_code == 204
    assert (await call(client, "confirm", token=token)).status_code == 400
    await send_token(client, new)
    me = (await client.get(ME)).json()
    assert (me["email"], me["is_staff"]) == (new, False)


async def test_whether_somebody_has_an_account_only_the_mail_tells(
    app: FastAPI, client: AsyncClient
) -> None:
    known = await call(client, "register", email=ADA, password=NEW)
    assert (known.status_code, known.text) == (202, "")
    assert await send_token(client, ADA)  # with the old password
    for email in (ADA, "nobody@example.org"):
        response = await call(client, "reset", email=email)
        assert (response.status_code, response.text) == (202, "")
    assert {mail["To"] for mail in app.state.mailer.transport.sent} == {ADA}


async def test_a_failed_sign_in_does_not_tell_why(
    client: AsyncClient, session: AsyncSession
) -> None:
    answers = []
    with capture_logs() as lines:
        for username, password in ((ADA, NEW), ("b@example.org", NEW), ("b\0", NEW)):
            form = {"username": username, "password": password}
            response = await client.post(f"{AUTH}/token", data=form)
            answers.append((response.status_code, response.text))
        await session.execute(update(User).values(is_active=False))
        await session.commit()
        form = {"username": ADA, "password": PASSWORD}
        response = await client.post(f"{AUTH}/token", data=form)
        answers.append((response.status_code, response.text))
    assert len(set(answers)) == 1
    assert answers[0][0] == 401
    failed = [line for line in lines if line["event"] == "sign_in_failed"]
    assert len(failed) == 4
    assert (await client.get(ME)).status_code == 401


async def test_a_refresh_token_works_once(client: AsyncClient) -> None:
    first = await send_token(client, ADA)
    second = await refreshed(client, first)
    client.headers["Authorization"] = f"Bearer {second['access_token']}"
    assert (await client.get(ME)).status_code == 200
    with capture_logs() as lines:
        again = await call(client, "refresh", refresh_token=first)
    assert again.status_code == 401
    assert lines[0]["event"] == "refused"
    last = await call(client, "refresh", refresh_token=second["refresh_token"])
    assert last.status_code == 401  # the whole family is at its end
    assert (await client.get(ME)).status_code == 401


async def test_a_new_password_ends_everything(
    app: FastAPI, client: AsyncClient
) -> None:
    token = await send_token(client, ADA)
    passwords = {"current_password": NEW, "new_password": NEW}
    assert (await call(client, "password", **passwords)).status_code == 403
    passwords["current_password"] = PASSWORD
    assert (await call(client, "password", **passwords)).status_code == 204
    assert (await client.get(ME)).status_code == 401
    assert (await call(client, "refresh", refresh_token=token)).status_code == 401
    await send_token(client, ADA, NEW)

    await call(client, "reset", email=ADA)
    reset = {"token": mailed(app), "password": PASSWORD}
    assert (await call(client, "reset/confirm", **reset)).status_code == 204
    assert (await call(client, "reset/confirm", **reset)).status_code == 400
    assert (await client.get(ME)).status_code == 401
    assert await send_token(client, ADA)


@pytest.mark.parametrize(
    ("claims", "header"),
    [
        ({"iss": "https://else.example"}, {}),
        ({"aud": "https://localhost/else"}, {}),
        ({"exp": now() - timedelta(seconds=1)}, {}),
        ({}, {"typ": "JWT"}),
        ({}, {"alg": "none"}),
        ({"sid": "7"}, {}),
    ],
)
async def test_other_tokens_are_refused(
    client: AsyncClient, settings: Settings, claims: Any, header: dict[str, str]
) -> None:
    mine = client.headers["Authorization"].removeprefix("Bearer ")
    key, audience = access.signing_key(settings), "https://localhost/api"
    decoded = jwt.decode_complete(mine, key, ["HS256"], audience=audience)
    headers = decoded["header"] | header
    sign = "" if headers["alg"] == "none" else key
    forged = jwt.encode(decoded["payload"] | claims, sign, headers["alg"], headers)
    client.headers["Authorization"] = f"Bearer {forged}"
    response = await client.get(ME)
    assert response.status_code == 401
    assert "invalid_token" in response.headers["WWW-Authenticate"]
