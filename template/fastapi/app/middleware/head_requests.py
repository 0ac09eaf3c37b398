"""HEAD, which FastAPI answers with 405 on routes for GET."""

from starlette.types import ASGIApp, Receive, Scope, Send


class HeadRequests:
    """Answer HEAD as GET. The server leaves the body out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send)
