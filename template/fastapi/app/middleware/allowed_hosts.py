"""Host names that the service answers to."""

import re
from collections.abc import Collection

from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import AppError
from app.middleware.headers import get_header
from app.middleware.health_paths import is_health_check

PORT = re.compile(r":[0-9]*$")


class UnknownHost(AppError):
    status, code, detail = 400, "unknown_host", "This host name is not allowed."


class AllowedHosts:
    """Refuse requests for other hosts. `.example.com` allows all its subdomains."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = {host.lower() for host in hosts}
        self.domains = tuple(host for host in self.hosts if host.startswith("."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and not is_health_check(scope):
            name = PORT.sub("", get_header(scope, b"host")).lower()
            if name not in self.hosts and not f".{name}".endswith(self.domains):
                raise UnknownHost
        await self.app(scope, receive, send)
