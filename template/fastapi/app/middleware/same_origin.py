"""Protection against forms that other sites send (CSRF)."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import Forbidden
from app.middleware.headers import get_header

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SameOrigin:
    """Refuse what a page of another site sends with a browser that has our cookies.

    Paths that accept no cookies are left out.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            if not path.startswith("/api/") and _is_cross_origin(scope):
                raise Forbidden("This form was sent from another site.")
        await self.app(scope, receive, send)


def _is_cross_origin(scope: Scope) -> bool:
    if site := get_header(scope, b"sec-fetch-site"):
        return site not in {"same-origin", "none"}
    # An old browser, or no browser.
    origin = get_header(scope, b"origin")
    return bool(origin) and origin.partition("://")[2] != get_header(scope, b"host")
