"""Redirects from HTTP to HTTPS."""

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.middleware.headers import get_header
from app.middleware.health_paths import is_health_check


class HTTPSRedirect:
    """Redirect what did not come by HTTPS, except for health checks."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        insecure = scope["type"] != "lifespan" and scope["scheme"] in {"http", "ws"}
        if not insecure or is_health_check(scope):
            await self.app(scope, receive, send)
            return
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        target = (scope["raw_path"] + query).decode("latin-1")
        url = f"https://{get_header(scope, b'host')}{target}"
        await RedirectResponse(url, 308)(scope, receive, send)
