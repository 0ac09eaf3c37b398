"""Limits on the size of request bodies, their fields, and the time they take."""

import asyncio
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.middleware.headers import get_header

CLOSE = {"Connection": "close"}  # the rest of the body is not read
MAX_FORM_FIELDS = 1000  # Starlette's limit, which does not count empty fields


class BodyLimit:
    """Refuse bodies that are too large, have too many fields, or stop arriving.

    `limits` has the limits of paths that differ from the others. To parse a form with a
    mebibyte of "&" takes more than a tenth of a second.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        timeout: float,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.timeout = timeout
        self.limits = limits or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        limit = self.limits.get(path, self.max_bytes)
        content_type = get_header(scope, b"content-type").lower()
        is_form = content_type.startswith("application/x-www-form-urlencoded")
        received, fields, complete = 0, 0, False

        # FastAPI passes on an HTTPException that is raised while it reads the body.
        too_large = HTTPException(413, "The body is too large.", CLOSE)
        too_many = HTTPException(400, "The form has too many fields.", CLOSE)

        async def receive_within_limits() -> Message:
            nonlocal received, fields, complete
            # After the body only a disconnect can follow.
            timeout = None if complete else self.timeout
            try:
                async with asyncio.timeout(timeout):
                    message = await receive()
            except TimeoutError:
                detail = "The body stopped arriving."
                raise HTTPException(408, detail, CLOSE) from None
            body = message.get("body", b"")
            received += len(body)
            complete = not message.get("more_body", False)
            if received > limit:
                raise too_large
            if is_form:
                fields += body.count(b"&")
                if fields > MAX_FORM_FIELDS:
                    raise too_many
            return message

        if int(get_header(scope, b"content-length") or "0") > limit:
            raise too_large
        await self.app(scope, receive_within_limits, send)
