"""Request ids, and one log line for each request."""

import re
import time
import uuid

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog import get_logger
from structlog.contextvars import bind_contextvars, clear_contextvars

from app.middleware.headers import get_header
from app.middleware.health_paths import is_health_check

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
log = get_logger()


class RequestContext:
    """Give each request an id, which all of its log lines and its response carry.

    An id that the client sends is kept if it is well-formed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500
        request_id = get_header(scope, b"x-request-id")
        if not REQUEST_ID.fullmatch(request_id):
            request_id = uuid.uuid4().hex

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if "headers" in message:
                status = message.get("status", 101)
                header = (b"x-request-id", request_id.encode())
                message["headers"] = [*message["headers"], header]
            await send(message)

        clear_contextvars()
        bind_contextvars(request_id=request_id)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            if not is_health_check(scope):
                log.info(
                    "request",
                    method=scope.get("method", "GET"),
                    path=scope["path"],
                    status=status,
                    milliseconds=round((time.perf_counter() - start) * 1000, 1),
                )
