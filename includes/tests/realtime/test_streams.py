import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, Literal
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from app.realtime import streams
from app.realtime.hub import SERVICE_RESTART, Event, Hub
from app.realtime.streams import LISTEN, StreamApp
from app.wsgi_adapter import Message, WSGIAdapter

HEADERS = [("Content-Length", "0"), ("X-Request-ID", "a-1")]
DISCONNECT: dict[str, Message] = {
    "http": {"type": "http.disconnect"},
    "websocket": {"type": "websocket.disconnect"},
}


class Rang(Event):
    type: Literal["bell.rang"] = "bell.rang"


def view(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Let all listen to the door who send a cookie."""
    if LISTEN in environ and "HTTP_COOKIE" in environ:
        environ[LISTEN]({"door"}, "ada")
        failed = environ["HTTP_COOKIE"] == "fail"
        start_response("503 Service Unavailable" if failed else "200 OK", HEADERS)
        return []
    body = json.dumps([environ["wsgi.url_scheme"], environ["PATH_INFO"]]).encode()
    start_response("401 Unauthorized", [("Content-Length", str(len(body)))])
    return [body]


class Connection:
    """A request to the application, as a server passes it on."""

    def __init__(self, app: StreamApp, path: str, **scope: Any) -> None:
        self.received: asyncio.Queue[Message] = asyncio.Queue()
        self.sent: asyncio.Queue[Message] = asyncio.Queue()
        complete = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "https",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"cookie", b"a=b")],
        } | scope
        call = app(complete, self.received.get, self.sent.put)
        self.task = asyncio.create_task(_await(call))

    async def next(self) -> Message:
        async with asyncio.timeout(5):
            return await self.sent.get()


async def _await(call: Any) -> None:
    await call


@pytest.fixture
def hub() -> Hub:
    return Hub(None, channel="test")


@pytest.fixture
def app(hub: Hub) -> StreamApp:
    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        hub.loop = asyncio.get_running_loop()
        yield
        hub.close()

    adapter = WSGIAdapter(view, max_body_bytes=10, body_timeout=1)
    return StreamApp(adapter, hub, lifespan=lifespan, max_streams=1, root_path="/shop")


@pytest.mark.parametrize("path", ["/api/v1/events", "/shop/api/v1/events"])
async def test_a_stream_has_the_headers_of_the_view_and_the_events(
    app: StreamApp, hub: Hub, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT", 0.01)
    connection = Connection(app, path)
    start = await connection.next()
    assert (start["status"], start["headers"]) == (200, [(b"x-request-id", b"a-1")])
    assert (await connection.next())["body"].startswith(b": ")
    monkeypatch.setattr(streams, "HEARTBEAT", 5)
    hub.loop = asyncio.get_running_loop()
    hub.publish(Rang(), topics=["door"])
    texts = [b": heartbeat\n\n"]
    while texts[-1].startswith(b": "):
        texts.append((await connection.next())["body"])
    assert texts[-1] == b'data: {"type":"bell.rang"}\n\n'
    hub.close()
    assert await connection.next() == {
        "type": "http.response.body",
        "body": b"",
        "more_body": False,
    }
    await connection.task


async def test_a_socket_has_the_headers_of_the_view_and_the_events(
    app: StreamApp, hub: Hub
) -> None:
    connection = Connection(app, "/api/v1/ws", type="websocket", scheme="wss")
    for kind in ("connect", "receive"):
        connection.received.put_nowait({"type": f"websocket.{kind}"})
    accept = await connection.next()
    assert accept["type"] == "websocket.accept"
    assert accept["headers"] == [(b"x-request-id", b"a-1")]
    hub.loop = asyncio.get_running_loop()
    hub.publish(Rang(), topics=["door"])
    assert (await connection.next())["text"] == '{"type":"bell.rang"}'
    hub.close()
    assert (await connection.next())["code"] == SERVICE_RESTART
    connection.received.put_nowait(DISCONNECT["websocket"])
    await connection.task


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_client_that_disconnects_is_forgotten(
    app: StreamApp, hub: Hub, kind: str
) -> None:
    path, scheme = {
        "http": ("/api/v1/events", "http"),
        "websocket": ("/api/v1/ws", "ws"),
    }[kind]
    connection = Connection(app, path, type=kind, scheme=scheme)
    connection.received.put_nowait({"type": f"{kind}.connect"})
    await connection.next()
    assert len(hub.listeners) == 1
    connection.received.put_nowait(DISCONNECT[kind])
    await connection.task
    assert not hub.listeners


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_what_the_view_refuses_is_answered_as_by_the_view(
    app: StreamApp, hub: Hub, kind: str
) -> None:
    path, scheme, prefix = {
        "http": ("/api/v1/events", "https", ""),
        "websocket": ("/api/v1/ws", "wss", "websocket."),
    }[kind]
    connection = Connection(app, path, type=kind, scheme=scheme, headers=[])
    connection.received.put_nowait({"type": "websocket.connect"})
    start, body = await connection.next(), await connection.next()
    assert (start["type"], start["status"]) == (f"{prefix}http.response.start", 401)
    assert body["type"] == f"{prefix}http.response.body"
    assert json.loads(body["body"]) == ["https", path]
    await connection.task
    assert not hub.listeners


async def test_a_head_request_ends(app: StreamApp, hub: Hub) -> None:
    connection = Connection(app, "/api/v1/events", method="HEAD")
    await connection.task
    assert (await connection.next())["status"] == 200
    assert (await connection.next())["body"] == b""
    assert not hub.listeners


async def test_other_requests_are_answered_without_a_stream(app: StreamApp) -> None:
    await (other := Connection(app, "/api/v1/ws")).task
    assert (await other.next())["status"] == 401
    unknown = Connection(app, "/api/v1/other", type="websocket", scheme="ws")
    unknown.received.put_nowait({"type": "websocket.connect"})
    await unknown.task
    start = await unknown.next()
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 401)
    body = await unknown.next()
    assert json.loads(body["body"]) == ["http", "/api/v1/other"]


async def test_a_response_that_fails_after_the_view_opens_no_stream(
    app: StreamApp, hub: Hub
) -> None:
    failed = Connection(app, "/api/v1/events", headers=[(b"cookie", b"fail")])
    await failed.task
    assert (await failed.next())["status"] == 503
    assert not hub.listeners


async def test_the_hub_runs_from_the_start_to_the_end_of_the_server(
    app: StreamApp, hub: Hub
) -> None:
    connection = Connection(app, "", type="lifespan")
    connection.received.put_nowait({"type": "lifespan.startup"})
    assert (await connection.next())["type"] == "lifespan.startup.complete"
    assert hub.loop
    assert not hub.is_closed
    connection.received.put_nowait({"type": "lifespan.shutdown"})
    assert (await connection.next())["type"] == "lifespan.shutdown.complete"
    assert hub.is_closed
