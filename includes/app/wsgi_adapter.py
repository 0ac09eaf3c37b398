"""An ASGI application that calls a WSGI application in threads.

Requests and their bodies are received on the event loop, so that slow clients occupy no
thread.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from io import BytesIO
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication, WSGIEnvironment

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_CONNECTIONS = 512  # How many a worker accepts.
# Few threads answer sooner than many, which compete for the global interpreter lock.
THREADS = 8
# A request that waits longer for one of them gets an additional thread, so that health
# checks are answered while all other requests wait for the database.
MAX_QUEUED = 0.05  # seconds
# Where the environ has the status with which app/middleware/body_limit.py refuses a
# request.
BODY_ERROR = "app.body_error"
MAX_IN_MEMORY = 1024 * 1024  # Larger bodies are written to a temporary file.
MAX_BUFFERED = 64 * 1024  # Larger responses can be sent in parts.
MAX_SEND_PAUSE = 30.0  # seconds that a client may take to receive a part
NO_CONTENT = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}


class BodyError(Exception):
    """A request body that is too large, late or incomplete."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class ClientStalledError(Exception):
    """The client has stopped receiving the response."""


class WSGIAdapter:
    """Call a WSGI application for each HTTP request, with its complete body.

    `max_body_bytes` is the limit of request bodies, and `body_limits` has those of
    paths that differ. `body_timeout` is how many seconds a client may take for the next
    part of a body. `may_send` returns whether a body is received for those paths. If it
    is not, the application is called without the body, and refuses the request.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        max_body_bytes: int,
        body_timeout: float,
        body_limits: Mapping[str, int] | None = None,
        may_send: Callable[[WSGIEnvironment], bool] = lambda _: True,
    ) -> None:
        self.app = app
        self.threads = ThreadPoolExecutor(THREADS, "request")
        self.free_threads = asyncio.Semaphore(THREADS)
        self.more_threads = ThreadPoolExecutor(MAX_CONNECTIONS, "queued-request")
        self.max_body_bytes = max_body_bytes
        self.body_timeout = body_timeout
        self.body_limits = body_limits or {}
        self.may_send = may_send

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = build_environ(scope)
        if "CONTENT_LENGTH" not in environ and "HTTP_TRANSFER_ENCODING" not in environ:
            await self._respond(environ, send)
            return
        if not await self._check_sender(environ):
            await self._respond(environ | {"CONTENT_LENGTH": "0"}, send)
            return
        with SpooledTemporaryFile(MAX_IN_MEMORY) as body:
            try:
                await self._read_body(environ, receive, body)
            except BodyError as error:
                environ[BODY_ERROR] = error.status
            else:
                body.seek(0)
                environ["wsgi.input"] = body
            await self._respond(environ, send)

    async def _check_sender(self, environ: WSGIEnvironment) -> bool:
        if environ["PATH_INFO"] not in self.body_limits:
            return True
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.more_threads, self.may_send, environ)

    async def _read_body(
        self, environ: WSGIEnvironment, receive: Receive, body: IO[bytes]
    ) -> None:
        """Write the body into a file, and its length into the environ."""
        limit = self.body_limits.get(environ["PATH_INFO"], self.max_body_bytes)
        expected = environ.get("CONTENT_LENGTH")
        if expected is not None and int(expected) > limit:
            raise BodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        received, is_complete = 0, False
        while not is_complete:
            try:
                async with asyncio.timeout(self.body_timeout):
                    message = await receive()
            except TimeoutError:
                raise BodyError(HTTPStatus.REQUEST_TIMEOUT) from None
            if message["type"] == "http.disconnect":
                raise BodyError(HTTPStatus.BAD_REQUEST)
            chunk = message.get("body", b"")
            received += len(chunk)
            if received > limit:
                raise BodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            body.write(chunk)
            is_complete = not message.get("more_body", False)
        if expected is not None and received != int(expected):
            raise BodyError(HTTPStatus.BAD_REQUEST)
        environ["CONTENT_LENGTH"] = str(received)

    async def _respond(self, environ: WSGIEnvironment, send: Send) -> None:
        loop = asyncio.get_running_loop()

        async def send_on_loop(message: Message) -> None:
            await send(message)

        def send_from_thread(message: Message) -> None:
            sent = asyncio.run_coroutine_threadsafe(send_on_loop(message), loop)
            try:
                sent.result(MAX_SEND_PAUSE)
            except TimeoutError:
                sent.cancel()
                raise ClientStalledError from None

        try:
            messages = await self.call_in_thread(environ, send_from_thread)
        except ClientStalledError:
            return  # The server closes the connection of an incomplete response.
        for message in messages:
            await send(message)

    async def call_in_thread(
        self, environ: WSGIEnvironment, send: Callable[[Message], None]
    ) -> list[Message]:
        """Call the application in a thread, as `call_app` does."""
        loop = asyncio.get_running_loop()
        call = partial(call_app, self.app, environ, send)
        if not await self._take_thread():
            return await loop.run_in_executor(self.more_threads, call)
        try:
            return await loop.run_in_executor(self.threads, call)
        finally:
            self.free_threads.release()

    async def _take_thread(self) -> bool:
        """Wait until a thread is free, but not for long. Return whether one is."""
        if not self.free_threads.locked():
            return await self.free_threads.acquire()
        try:
            async with asyncio.timeout(MAX_QUEUED):
                return await self.free_threads.acquire()
        except TimeoutError:
            return False


def build_environ(scope: Scope) -> WSGIEnvironment:
    """Return the environ of a request as PEP 3333 defines it.

    Headers with underscores are left out: in the environ they look like those with
    hyphens, which a proxy sets.
    """
    server_name, server_port = scope.get("server") or ("localhost", 80)
    client_address, client_port = scope.get("client") or ("", 0)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server_name,
        "SERVER_PORT": str(server_port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client_address,
        "REMOTE_PORT": str(client_port),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for raw_name, raw_value in scope["headers"]:
        if b"_" in raw_name:
            continue
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        if name not in {"CONTENT_LENGTH", "CONTENT_TYPE"}:
            name = f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        if name in environ:
            separator = "; " if name == "HTTP_COOKIE" else ","
            value = f"{environ[name]}{separator}{value}"
        environ[name] = value
    return environ


def call_app(
    app: WSGIApplication, environ: WSGIEnvironment, send: Callable[[Message], None]
) -> list[Message]:
    """Return the messages of a short or complete response. Send those of others.

    So the thread and what the application has open are free before the client receives
    the response, unless it is a stream or a file.
    """
    start: Message = {}
    written: list[bytes] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _exc_info: object = None
    ) -> Callable[[bytes], object]:
        start.update(
            {
                "type": "http.response.start",
                "status": int(status[:3]),
                "headers": [
                    (name.lower().encode("latin-1"), value.encode("latin-1"))
                    for name, value in headers
                ],
            }
        )
        return written.append

    body = app(environ, start_response)
    try:
        chunks = iter(body)
        # The application may start its response as late as here.
        first = next(chunks, b"")
        chunks = chain(written, [first], chunks)
        if is_short(start) or len(first) == get_length(start):
            return [start, {"type": "http.response.body", "body": b"".join(chunks)}]
        send(start)
        for chunk in chunks:
            send({"type": "http.response.body", "body": chunk, "more_body": True})
        return [{"type": "http.response.body", "body": b""}]
    finally:
        close = getattr(body, "close", None)
        if close:
            close()


def is_short(start: Message) -> bool:
    if start["status"] in NO_CONTENT:
        return True
    length = get_length(start)
    return length is not None and length <= MAX_BUFFERED


def get_length(start: Message) -> int | None:
    """Return the length of the body, or None if the application does not know it."""
    for name, value in start["headers"]:
        if name == b"content-length":
            return int(value)
    return None
