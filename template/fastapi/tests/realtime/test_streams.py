import asyncio
import json
import logging
import signal
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.realtime import on_exit
from app.realtime.hub import RESTARTING

ITEMS = "/api/v1/items"
PEN = {"name": "Pen", "price": "9"}
Message = MutableMapping[str, Any]
HTTP = {"type": "http", "method": "GET", "scheme": "http", "path": "/api/v1/events"}
WEBSOCKET = {"type": "websocket", "scheme": "ws", "path": "/api/v1/ws"}


class Connection:
    """What an open connection sends and receives, as ASGI has it."""

    def __init__(self, first: str) -> None:
        self.sent: asyncio.Queue[Message] = asyncio.Queue()
        self.received: asyncio.Queue[Message] = asyncio.Queue()
        self.received.put_nowait({"type": first})

    async def next(self) -> Message:
        async with asyncio.timeout(5):
            return await self.sent.get()


@asynccontextmanager
async def connected(
    app: FastAPI, client: AsyncClient, kind: Message, query: str = "", **headers: str
) -> AsyncIterator[Connection]:
    """Connect as this client, and disconnect in the end."""
    sent = dict(client.build_request("GET", "/", headers=headers).headers)
    scope: Message = {
        **kind,
        "client": ("127.0.0.1", 1),
        "headers": [(k.lower().encode(), v.encode()) for k, v in sent.items()],
        "query_string": query.encode(),
        "raw_path": kind["path"].encode(),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }
    verb = "connect" if kind is WEBSOCKET else "request"
    connection = Connection(f"{kind['type']}.{verb}")
    receive, send = connection.received.get, connection.sent.put
    task = asyncio.create_task(app(scope, receive, send))
    yield connection
    connection.received.put_nowait({"type": f"{kind['type']}.disconnect"})
    await task


async def test_events_tell_what_changes(app: FastAPI, client: AsyncClient) -> None:
    async with connected(app, client, HTTP) as stream:
        start = await stream.next()
        assert start["status"] == 200
        assert (b"cache-control", b"no-store") in start["headers"]
        created = await client.post(ITEMS, json=PEN)
        await client.delete(created.headers["Location"])
        told = [json.loads((await stream.next())["body"][6:]) for _ in range(2)]
        app.state.hub.close()
        assert not (await stream.next()).get("more_body")
    assert [change["kind"] for change in told] == ["created", "deleted"]
    assert told[0]["item"] == created.json()


async def test_a_socket_tells_what_changes(app: FastAPI, client: AsyncClient) -> None:
    async with connected(app, client, WEBSOCKET) as socket:
        assert (await socket.next())["type"] == "websocket.accept"
        socket.received.put_nowait({"type": "websocket.receive", "text": "?"})
        created = await client.post(ITEMS, json=PEN)
        told = json.loads((await socket.next())["text"])
        app.state.hub.close()
        assert (await socket.next())["code"] == RESTARTING
    assert told == {"kind": "created", "item": created.json()}
    assert not app.state.hub.listeners


@pytest.mark.parametrize("kind", [HTTP, WEBSOCKET], ids=["events", "socket"])
async def test_pages_of_other_sites_may_not_listen(
    app: FastAPI, client: AsyncClient, kind: dict[str, str]
) -> None:
    allowed = {"http.response.start": 200, "websocket.accept": None}
    update = {"cors_origins": ("https://friend.example",)}
    app.state.settings = app.state.settings.model_copy(update=update)
    for origin in ("http://localhost", "https://friend.example"):
        async with connected(app, client, kind, Origin=origin) as connection:
            start = await connection.next()
        assert start.get("status") == allowed[start["type"]]
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://evil.example", "Host": "evil.example"},
    ):
        async with connected(app, client, kind, **headers) as connection:
            start = await connection.next()
        assert start["status"] == (400 if "Host" in headers else 403)


async def test_a_server_that_is_told_to_stop_ends_the_streams() -> None:
    told = asyncio.Event()
    stopped: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    with on_exit(told.set):
        signal.raise_signal(signal.SIGTERM)
        async with asyncio.timeout(5):
            await told.wait()
    signal.signal(signal.SIGTERM, before)
    assert stopped == [signal.SIGTERM]


async def test_tickets_do_not_get_into_the_log(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("uvicorn.error")
    with caplog.at_level(logging.DEBUG, logger.name):
        logger.info('%s - "WebSocket %s" [accepted]', "::1", "/api/v1/ws?ticket=secret")
        logger.debug("< GET /api/v1/ws?ticket=secret HTTP/1.1")
        logger.info("Started")
    assert app
    assert caplog.messages == ["Started"]
