"""An ASGI application that sends events. The WSGI application answers all else.

A stream begins as a request that a view of the WSGI application answers, so that hosts,
headers, errors and the log are the same as for other requests. The view checks who asks
and calls what the environ has as LISTEN. From then on no thread is occupied.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, suppress
from http import HTTPStatus
from typing import Any

from anyio import CancelScope, EndOfStream, create_task_group, fail_after

from app.realtime.hub import Hub, Listener
from app.wsgi_adapter import Message, Receive, Scope, Send, WSGIAdapter, build_environ

EVENTS, SOCKET = "/api/v1/events", "/api/v1/ws"
LISTEN = "app.listen"
HEARTBEAT = 15.0  # seconds without an event
SCHEMES = {"ws": "http", "wss": "https"}


class StreamApp:
    """Serve EVENTS and SOCKET, also below the prefix that a proxy may add."""

    def __init__(
        self,
        app: WSGIAdapter,
        hub: Hub,
        *,
        lifespan: Callable[[], AbstractAsyncContextManager[None]],
        max_streams: int,
        root_path: str = "",
    ) -> None:
        self.app = app
        self.hub = hub
        self.lifespan = lifespan
        self.max_streams = max_streams
        self.event_paths = {EVENTS, f"{root_path}{EVENTS}"}
        self.socket_paths = {SOCKET, f"{root_path}{SOCKET}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._run(receive, send)
        elif scope["type"] == "websocket":
            await self._serve_socket(scope, receive, send)
        elif scope["path"] in self.event_paths and scope["method"] in {"GET", "HEAD"}:
            await self._serve_events(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _run(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self.lifespan():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve_events(self, scope: Scope, receive: Receive, send: Send) -> None:
        with ExitStack() as stack:
            messages, listener = await self._ask_view(scope, stack)
            if listener is None:
                for message in messages:
                    await send(message)
                return
            await send({**messages[0], "headers": _stream_headers(messages[0])})
            if scope["method"] == "GET":
                async with create_task_group() as tasks:
                    tasks.start_soon(_cancel_on_disconnect, receive, tasks.cancel_scope)
                    async for event in _events_and_heartbeats(listener):
                        text = f"data: {event}\n\n" if event else ": heartbeat\n\n"
                        await send(_body(text, more_body=True))
                    tasks.cancel_scope.cancel()
            await send(_body("", more_body=False))

    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def refuse(message: Message) -> None:
            await send({**message, "type": f"websocket.{message['type']}"})

        await receive()
        scope = {**scope, "method": "GET", "scheme": SCHEMES[scope["scheme"]]}
        if scope["path"] not in self.socket_paths:
            await self.app(scope, receive, refuse)  # as a request without an upgrade
            return
        with ExitStack() as stack:
            messages, listener = await self._ask_view(scope, stack)
            if listener is None:
                for message in messages:
                    await refuse(message)
                return
            headers = _stream_headers(messages[0])
            await send({"type": "websocket.accept", "headers": headers})
            async with create_task_group() as tasks:
                tasks.start_soon(_send_messages, listener, send)
                while (await receive())["type"] != "websocket.disconnect":
                    pass  # Messages from clients are ignored.
                tasks.cancel_scope.cancel()

    async def _ask_view(
        self, scope: Scope, stack: ExitStack
    ) -> tuple[list[Message], Listener | None]:
        """Return the response of the view, and the listener if it has called LISTEN.

        There is no listener if the response became an error after that.
        """
        loop = asyncio.get_running_loop()
        listeners: list[Listener] = []

        async def listen(topics: set[str], owner: str, session_id: Any) -> None:
            listening = self.hub.listen(
                topics, owner=owner, max_streams=self.max_streams, session_id=session_id
            )
            listeners.append(stack.enter_context(listening))

        def listen_from_thread(
            topics: set[str], owner: str, session_id: Any = None
        ) -> None:
            listening = listen(topics, owner, session_id)
            asyncio.run_coroutine_threadsafe(listening, loop).result()

        environ = build_environ(scope) | {LISTEN: listen_from_thread}
        messages: list[Message] = []
        messages += await self.app.call_in_thread(environ, messages.append)
        is_error = messages[0]["status"] >= HTTPStatus.BAD_REQUEST
        return messages, listeners[0] if listeners and not is_error else None


async def _events_and_heartbeats(listener: Listener) -> AsyncIterator[str]:
    """Yield the events of a listener, and an empty text for a heartbeat."""
    with suppress(EndOfStream):
        while True:
            try:
                with fail_after(HEARTBEAT):
                    event = await listener.events.receive()
            except TimeoutError:
                event = ""
            yield event


async def _cancel_on_disconnect(receive: Receive, scope: CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


async def _send_messages(listener: Listener, send: Send) -> None:
    # The server sends heartbeats, since the protocol has them.
    with suppress(OSError):  # the client has disconnected
        async for event in listener.events:
            await send({"type": "websocket.send", "text": event})
        await send({"type": "websocket.close", "code": listener.close_code})


def _stream_headers(start: Message) -> list[tuple[bytes, bytes]]:
    return [header for header in start["headers"] if header[0] != b"content-length"]


def _body(text: str, *, more_body: bool) -> Message:
    return {
        "type": "http.response.body",
        "body": text.encode(),
        "more_body": more_body,
    }
