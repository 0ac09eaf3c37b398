import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import tokens
from app.accounts.models import Token, User
from app.database import now
from app.realtime import sessions
from tests.accounts.people import send_token
from tests.realtime.test_streams import HTTP, WEBSOCKET, connected

NOBODY = {"Authorization": "", "Cookie": ""}


async def ticket(client: AsyncClient) -> str:
    response = await client.post("/api/v1/realtime/ticket")
    assert response.json()["expires_in"] == 30
    return f"ticket={response.json()['ticket']}"


@pytest.mark.parametrize("kind", [HTTP, WEBSOCKET], ids=["events", "socket"])
async def test_strangers_get_401(
    app: FastAPI, client: AsyncClient, kind: dict[str, str]
) -> None:
    assert (
        await client.post("/api/v1/realtime/ticket", headers=NOBODY)
    ).status_code == 401
    for query in ("", "ticket=1.2.3", f"ticket={client.headers['Authorization'][7:]}"):
        async with connected(app, client, kind, query, **NOBODY) as connection:
            start = await connection.next()
        assert start["status"] == 401
        assert (b"content-type", b"application/problem+json") in start["headers"]


async def test_a_ticket_is_good_once_and_not_for_long(
    app: FastAPI, client: AsyncClient, session: AsyncSession
) -> None:
    query, late = await ticket(client), await ticket(client)
    await session.execute(
        update(Token).where(Token.id == tokens.id_of(late[7:])).values(expires_at=now())
    )
    await session.commit()
    for text, status in ((query, 200), (query, 401), (late, 401)):
        async with connected(app, client, HTTP, text, **NOBODY) as stream:
            assert (await stream.next())["status"] == status


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
    query = await ticket(client)
    async with connected(app, client, WEBSOCKET, query, **NOBODY) as socket:
        assert (await socket.next())["type"] == "websocket.accept"
        if way == "signed out":
            await client.post("/api/v1/auth/revoke", json={"refresh_token": token})
        else:
            values = {"is_active": False} if way == "disabled" else {"is_staff": True}
            await session.execute(update(User).values(**values))
            await session.commit()
        assert (await socket.next())["code"] == sessions.SIGNED_OUT
