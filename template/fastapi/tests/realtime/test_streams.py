import asyncio
import json
from typing import Any

from fastapi import FastAPI, WebSocket
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from app.items.changes import audience_of
from app.realtime import streams
from app.realtime.hub import RESTARTING, Listener

EVENTS = "/api/v1/events"
ITEMS = "/api/v1/items"
PEN = {"name": "Pen", "price": "9"}


async def listener_of(app: FastAPI) -> Listener:
    """Wait until somebody listens."""
    listeners: set[Listener] = app.state.hub.listeners
    async with asyncio.timeout(5):
        while True:
            await asyncio.sleep(0.01)
            for listener in listeners:
                return listener


async def test_events_tell_what_changes(app: FastAPI, client: AsyncClient) -> None:
    stream = asyncio.create_task(client.get(EVENTS))
    await listener_of(app)
    created = await client.post(ITEMS, json=PEN)
    await client.delete(created.headers["Location"])
    app.state.hub.close()
    response = await stream
    assert "no-store" in response.headers["Cache-Control"]
    lines = response.text.split("\n\n")[:-1]
    told = [json.loads(line.removeprefix("data: ")) for line in lines]
    assert [change["kind"] for change in told] == ["created", "deleted"]
    assert told[0]["item"] == created.json()


async def test_a_socket_tells_what_changes(
    app: FastAPI, client: AsyncClient, session: AsyncSession
) -> None:
    sent: asyncio.Queue[Any] = asyncio.Queue()
    received: asyncio.Queue[Any] = asyncio.Queue()
    websocket = WebSocket({"type": "websocket"}, received.get, sent.put)
    with app.state.hub.listen(audience_of(session)) as listener:
        task = asyncio.create_task(streams.socket(websocket, listener))
        for kind in ("connect", "receive"):
            received.put_nowait({"type": f"websocket.{kind}"})
        created = await client.post(ITEMS, json=PEN)
        assert (await sent.get())["type"] == "websocket.accept"
        told = json.loads((await sent.get())["text"])
        app.state.hub.close()
        assert (await sent.get())["code"] == RESTARTING
        received.put_nowait({"type": "websocket.disconnect"})
        await task
    assert told == {"kind": "created", "item": created.json()}


async def test_pages_of_other_sites_may_not_listen(
    app: FastAPI, client: AsyncClient
) -> None:
    update = {"cors_origins": ("https://friend.example",)}
    app.state.settings = app.state.settings.model_copy(update=update)
    app.state.hub.close()  # so that the streams end
    for origin, status in (
        ("http://localhost", 200),
        ("https://friend.example", 200),
        ("https://evil.example", 403),
        ("null", 403),
    ):
        response = await client.get(EVENTS, headers={"Origin": origin})
        assert response.status_code == status
