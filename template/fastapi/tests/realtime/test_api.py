import asyncio
from typing import Any, Literal
from unittest.mock import AsyncMock

import pytest
from fastapi import FastAPI, WebSocket
from httpx2 import AsyncClient

from app.realtime import api
from app.realtime.hub import SERVICE_RESTART, Event, Hub, Listener
from app.state import State
from tests.asgi import WithState

EVENTS = "/api/v1/events"


class Rang(Event):
    type: Literal["bell.rang"] = "bell.rang"


async def next_listener(hub: Hub) -> Listener:
    async with asyncio.timeout(5):
        while True:
            for listener in hub.listeners:
                return listener
            await asyncio.sleep(0)


async def test_a_stream_has_the_events_of_its_topic(
    client: AsyncClient, state: State
) -> None:
    stream = asyncio.create_task(client.get(EVENTS))
    listener = await next_listener(state["hub"])
    await state["hub"].publish(Rang(), topics=listener.topics)
    state["hub"].close()
    response = await stream
    assert "no-store" in response.headers["Cache-Control"]
    assert response.text == 'data: {"type":"bell.rang"}\n\n'


async def test_a_socket_has_the_events_of_its_topic(state: State) -> None:
    assert state["settings"].max_streams_per_user == 20
    sent: asyncio.Queue[Any] = asyncio.Queue()
    received: asyncio.Queue[Any] = asyncio.Queue()
    websocket = WebSocket({"type": "websocket"}, received.get, sent.put)
    with state["hub"].listen({"door"}, owner="ada", max_streams=1) as listener:
        task = asyncio.create_task(api.send_events(websocket, listener))
        for kind in ("connect", "receive"):
            received.put_nowait({"type": f"websocket.{kind}"})
        await state["hub"].publish(Rang(), topics=["door"])
        assert (await sent.get())["type"] == "websocket.accept"
        assert (await sent.get())["text"] == '{"type":"bell.rang"}'
        state["hub"].close()
        assert (await sent.get())["code"] == SERVICE_RESTART
        received.put_nowait({"type": "websocket.disconnect"})
        await task


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost", 200),
        ("https://friend.example", 200),
        ("https://evil.example", 403),
        ("null", 403),
    ],
)
async def test_pages_of_other_sites_cannot_open_streams(
    client: AsyncClient, state: State, origin: str, status: int
) -> None:
    update = {"cors_origins": ("https://friend.example",)}
    state["settings"] = state["settings"].model_copy(update=update)
    state["hub"].close()  # so that the streams end
    response = await client.get(EVENTS, headers={"Origin": origin})
    assert response.status_code == status


@pytest.mark.parametrize("path", ["/api/v1/other", "/static/app.css"])
async def test_a_socket_on_another_path_is_not_found(
    app: FastAPI, state: State, path: str
) -> None:
    sent: asyncio.Queue[Any] = asyncio.Queue()
    scope = {
        "type": "websocket",
        "path": path,
        "scheme": "ws",
        "client": None,
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    await WithState(app, state)(scope, AsyncMock(), sent.put)
    start = await sent.get()
    assert start["status"] == 404
    assert b"x-request-id" in dict(start["headers"])


async def test_a_head_request_ends(client: AsyncClient, state: State) -> None:
    response = await client.head(EVENTS)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/event-stream")
    assert not state["hub"].listeners


async def test_a_user_can_open_a_limited_number_of_streams(
    client: AsyncClient, state: State
) -> None:
    update = {"max_streams_per_user": 1}
    state["settings"] = state["settings"].model_copy(update=update)
    stream = asyncio.create_task(client.get(EVENTS))
    await next_listener(state["hub"])
    response = await client.get(EVENTS)
    assert (response.status_code, response.json()["code"]) == (429, "too_many_streams")
    state["hub"].close()
    assert (await stream).status_code == 200
