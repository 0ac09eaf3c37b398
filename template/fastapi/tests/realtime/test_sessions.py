import asyncio

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import tokens
from app.accounts.models import Token, User
from app.database import now
from app.realtime import sessions
from tests.accounts.people import send_token
from tests.realtime.test_streams import EVENTS, listener_of

TICKET = "/api/v1/realtime/ticket"
NOBODY = {"Authorization": "", "Cookie": ""}


async def ticket(client: AsyncClient) -> str:
    given = (await client.post(TICKET)).json()
    assert given["expires_in"] == 30
    return str(given["ticket"])


async def listen(client: AsyncClient, text: str) -> Response:
    return await client.get(EVENTS, params={"ticket": text}, headers=NOBODY)


async def test_strangers_get_401(client: AsyncClient) -> None:
    assert (await client.post(TICKET, headers=NOBODY)).status_code == 401
    for text in ("", "1.2.3", client.headers["Authorization"].removeprefix("Bearer ")):
        assert (await listen(client, text)).status_code == 401


async def test_a_ticket_is_good_once_and_not_for_long(
    app: FastAPI, client: AsyncClient, session: AsyncSession
) -> None:
    app.state.hub.close()  # so that the streams end
    good, late = await ticket(client), await ticket(client)
    token = update(Token).where(Token.id == tokens.id_of(late))
    await session.execute(token.values(expires_at=now()))
    await session.commit()
    for text, status in ((good, 200), (good, 401), (late, 401)):
        assert (await listen(client, text)).status_code == status


@pytest.mark.parametrize("way", ["signed out", "disabled", "promoted"])
async def test_who_is_not_the_same_any_more_is_let_go(
    app: FastAPI,
    client: AsyncClient,
    session: AsyncSession,
    way: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sessions, "INTERVAL", 0.01)
    token = await send_token(client, "ada@example.org")
    stream = asyncio.create_task(listen(client, await ticket(client)))
    listener = await listener_of(app)
    if way == "signed out":
        await client.post("/api/v1/auth/revoke", json={"refresh_token": token})
    else:
        values = {"is_active": False} if way == "disabled" else {"is_staff": True}
        await session.execute(update(User).values(**values))
        await session.commit()
    async with asyncio.timeout(5):
        await stream
    assert listener.code == sessions.SIGNED_OUT
