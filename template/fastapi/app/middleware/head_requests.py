"""HEAD, which FastAPI answers with 405 on routes for GET."""

from contextlib import suppress

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class StreamEnded(OSError):
    """Raised to a stream as servers do when the client has left."""


class HeadRequests:
    """Answer HEAD as GET. The server leaves the body out.

    A stream ends with its headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_without_stream(message: Message) -> None:
            if message["type"] == "http.response.body" and message.get("more_body"):
                await send({"type": "http.response.body"})
                raise StreamEnded
            await send(message)

        with suppress(ClientDisconnect, StreamEnded):
            await self.app({**scope, "method": "GET"}, receive, send_without_stream)
