"""The path prefix under which a proxy publishes the service."""

from starlette.types import ASGIApp, Receive, Scope, Send


class RootPath:
    """Put the prefix before each path, whether or not the proxy removed it.

    ASGI wants both: the prefix as `root_path`, and the path with the prefix.
    """

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self.app = app
        self.root_path = root_path
        self.raw = root_path.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            scope = {**scope, "root_path": self.root_path}
            path = scope["path"]
            if path != self.root_path and not path.startswith(f"{self.root_path}/"):
                scope["path"] = self.root_path + path
                scope["raw_path"] = self.raw + scope["raw_path"]
        await self.app(scope, receive, send)
