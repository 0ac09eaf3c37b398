"""Headers that restrict what browsers do with responses."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.middleware.headers import get_header

HEADERS = {
    "content-security-policy": "default-src 'self'; script-src 'self'; "
    "style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
NO_STORE = (b"cache-control", b"no-store")


class SecurityHeaders:
    """Add these headers to each response that does not set them itself.

    What was asked for with credentials is not stored by caches.
    """

    def __init__(self, app: ASGIApp, hsts_seconds: int = 0) -> None:
        self.app = app
        headers = dict(HEADERS)
        if hsts_seconds:
            headers["strict-transport-security"] = f"max-age={hsts_seconds}"
        self.headers = [
            (name.encode(), value.encode()) for name, value in headers.items()
        ]
        self.headers_no_store = [*self.headers, NO_STORE]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = self.headers_no_store if _has_credentials(scope) else self.headers

        async def send_with_headers(message: Message) -> None:
            if "headers" in message:
                present = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in headers if header[0] not in present),
                ]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _has_credentials(scope: Scope) -> bool:
    if scope["path"].startswith(f"{scope.get('root_path', '')}/static/"):
        return False  # static files are the same for all users
    return bool(get_header(scope, b"authorization") or get_header(scope, b"cookie"))
