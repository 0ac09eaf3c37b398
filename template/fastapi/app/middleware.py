"""The outer rules of HTTP, as pure ASGI: they hold for errors and refusals too."""

import asyncio
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog import get_logger
from structlog.contextvars import bound_contextvars
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.errors import Handlers
from app.settings import Settings

CREDENTIALS = {"authorization", "cookie"}
HEALTH = frozenset({"/healthz", "/readyz"})
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self'; "
    "style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
CLOSE = {"Connection": "close"}  # the rest of the body is not wanted
log = get_logger()


def middleware(settings: Settings, handlers: Handlers) -> list[Middleware]:
    """List the rules, the outermost first."""
    proxies = [str(network) for network in settings.trusted_proxies]
    return [
        Middleware(ProxyHeadersMiddleware, trusted_hosts=proxies),
        Middleware(RequestContext, settings=settings),
        Middleware(ExceptionMiddleware, handlers=handlers),
        Middleware(Admission, settings=settings),
    ]


class RequestContext:
    """Gives every request an id, a line in the log, and the headers of its answer."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        hsts = {"Strict-Transport-Security": f"max-age={settings.hsts_seconds}"}
        self.headers = SECURITY_HEADERS | (hsts if settings.production else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        received, start, status = Headers(scope=scope), time.perf_counter(), 500
        given = received.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        added = self.headers | {"X-Request-ID": request_id}
        if CREDENTIALS & set(received) and not scope["path"].startswith("/static/"):
            added["Cache-Control"] = "no-store"

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if "headers" in message:
                status = message.get("status", 101)
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)
            await send(message)

        with bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_headers)
            finally:
                if scope["path"] not in HEALTH:
                    log.info(
                        "request",
                        method=scope.get("method", "GET"),
                        path=scope["path"],
                        status=status,
                        milliseconds=round((time.perf_counter() - start) * 1000, 1),
                    )


class Admission:
    """Lets in what is meant for this service: known hosts, HTTPS, bodies in bounds."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.hosts = {host.lower() for host in settings.allowed_hosts}
        self.domains = tuple(host for host in self.hosts if host.startswith("."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # the server leaves the body out
        if scope["type"] == "lifespan" or scope["path"] in HEALTH:
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        name = re.sub(r":\d*$", "", host).lower()
        if name not in self.hosts and not f".{name}".endswith(self.domains):
            raise HTTPException(400, "This host is not served here.")
        if self.settings.production and scope["scheme"] in {"http", "ws"}:
            query = b"?" + scope["query_string"] if scope["query_string"] else b""
            url = f"https://{host}{(scope['raw_path'] + query).decode('latin-1')}"
            return await RedirectResponse(url, 308)(scope, receive, send)
        too_large = HTTPException(413, "The body is too large.", CLOSE)
        limits: dict[str, int] = getattr(scope["app"].state, "body_limits", {})
        limit = limits.get(scope["path"], self.settings.max_body_bytes)
        received, complete = 0, False

        async def receive_in_bounds() -> Message:
            nonlocal received, complete
            # Once the body is there, all that can come is that the client leaves.
            seconds = None if complete else self.settings.body_timeout_seconds
            try:
                async with asyncio.timeout(seconds):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, "The body stopped coming.", CLOSE) from None
            received += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if received > limit:
                raise too_large
            return message

        if int(headers.get("content-length", "0")) > limit:
            raise too_large
        return await self.app(scope, receive_in_bounds, send)
