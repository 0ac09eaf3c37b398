"""What stands around the framework: WSGI wrappers, put together where the app is."""

import re
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from http import HTTPStatus
from io import BytesIO
from ipaddress import IPv4Network, IPv6Network, ip_address
from threading import Semaphore, Thread
from typing import Any
from wsgiref.headers import Headers
from wsgiref.types import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

import structlog

Answer = Iterable[bytes]
Fields = list[tuple[str, str]]
Refuse = Callable[[WSGIEnvironment, StartResponse, HTTPStatus], Answer]
log = structlog.get_logger("app.http")


@dataclass
class TrustedProxies:
    """Believe X-Forwarded-For and -Proto from these networks, and nobody else.

    What they say ends up in REMOTE_ADDR and wsgi.url_scheme.
    """

    app: WSGIApplication
    _: KW_ONLY
    networks: Collection[IPv4Network | IPv6Network]

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Answer:
        if self.trusts(peer := environ.get("REMOTE_ADDR", "")):
            # Each appends what it saw: the proxy next to us has the last word, and the
            # last address that is no proxy is the client.
            schemes = environ.get("HTTP_X_FORWARDED_PROTO", "").split(",")
            if (scheme := schemes[-1].strip()) in {"http", "https"}:
                environ["wsgi.url_scheme"] = scheme
            hops = (environ.get("HTTP_X_FORWARDED_FOR") or peer).split(",")
            clients = [hop.strip() for hop in hops if not self.trusts(hop.strip())]
            environ["REMOTE_ADDR"] = clients[-1] if clients else hops[0].strip()
        return self.app(environ, start)

    def trusts(self, address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in self.networks)
        except ValueError:
            return False


@dataclass
class SecurityHeaders:
    """Add these headers to every response that does not set them itself."""

    app: WSGIApplication
    _: KW_ONLY
    headers: Mapping[str, str]
    hsts_seconds: int = 0

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Answer:
        wanted = dict(self.headers)
        if self.hsts_seconds and environ["wsgi.url_scheme"] == "https":
            wanted["Strict-Transport-Security"] = f"max-age={self.hsts_seconds}"

        def started(status: str, headers: Fields, *exc_info: Any) -> Any:
            for name, value in wanted.items():
                Headers(headers).setdefault(name, value)
            return start(status, headers, *exc_info)

        return self.app(environ, started)


@dataclass
class RequestLog:
    """Give each request an id, and log one line about it.

    A client's own id is kept if it is harmless. The id stands in every log line of the
    request and in the response.
    """

    app: WSGIApplication
    _: KW_ONLY
    quiet: Collection[str] = ("/healthz", "/readyz")

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Answer:
        began, status = time.perf_counter(), 500
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        request_id = environ.get("HTTP_X_REQUEST_ID", "")
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", request_id):
            request_id = uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)

        def started(line: str, headers: Fields, *exc_info: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start(line, [*headers, ("X-Request-ID", request_id)], *exc_info)

        try:
            return self.app(environ, started)
        finally:
            if path not in self.quiet:
                log.info(
                    "request",
                    method=method,
                    path=path.encode("latin-1").decode(errors="replace"),
                    status=status,
                    milliseconds=round((time.perf_counter() - began) * 1000, 1),
                )


@dataclass
class BodyLimit:
    """Hand on the whole body of a request, or refuse it.

    Too large by its announced length is 413, at once. Chunked is 411: where a client
    goes away in the middle, the server reports the end, and half would pass for whole.
    The rest is read by a thread of its own, since a read that blocks cannot be called
    off. What has not arrived in time is 408; that thread ends with the connection, and
    granian stands still if the request returns before. So only so many bodies are read
    at a time, further ones get 503, and threads are left for other requests.
    """

    app: WSGIApplication
    _: KW_ONLY
    limit: int
    timeout: float
    refuse: Refuse
    readers: Semaphore = field(default_factory=lambda: Semaphore(32))

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Answer:
        if "HTTP_TRANSFER_ENCODING" in environ:
            return self.refuse(environ, start, HTTPStatus.LENGTH_REQUIRED)
        length, body = int(environ.get("CONTENT_LENGTH") or 0), bytearray()
        if length > self.limit:
            return self.refuse(environ, start, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if length:
            if not self.readers.acquire(blocking=False):
                return self.refuse(environ, start, HTTPStatus.SERVICE_UNAVAILABLE)
            arguments = (environ["wsgi.input"], length, body)
            reader = Thread(target=self.read, args=arguments, daemon=True)
            reader.start()
            reader.join(self.timeout)
            if reader.is_alive():
                answer = self.refuse(environ, start, HTTPStatus.REQUEST_TIMEOUT)
                return self.outlast(reader, answer)
            if len(body) < length:  # The client has gone.
                return self.refuse(environ, start, HTTPStatus.BAD_REQUEST)
        environ["wsgi.input"] = BytesIO(body)
        return self.app(environ, start)

    def read(self, stream: InputStream, length: int, body: bytearray) -> None:
        try:
            while chunk := stream.read(length - len(body)):
                body += chunk
        finally:
            self.readers.release()

    def outlast(self, reader: Thread, answer: Answer) -> Answer:
        yield from answer
        reader.join()
