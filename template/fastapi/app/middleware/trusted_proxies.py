"""X-Forwarded headers, which only trusted proxies may send."""

from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from app.middleware.headers import get_header


class TrustedProxies:
    """Take the scheme and the client's address from proxies in these networks."""

    def __init__(
        self, app: ASGIApp, networks: Collection[IPv4Network | IPv6Network]
    ) -> None:
        self.app = app
        self.networks = networks
        # Most requests come from the same few addresses.
        self.is_trusted = lru_cache(maxsize=1024)(self._check_address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        # Some servers behind this one would read X_Forwarded_For as X-Forwarded-For.
        headers = [header for header in scope["headers"] if b"_" not in header[0]]
        scope = {**scope, "headers": headers}
        peer, port = scope["client"] or ("", 0)
        if self.is_trusted(peer):
            # Each proxy appends what it received. The last scheme is that of the
            # nearest one, and the last address that is not a proxy's is the client's.
            scheme = get_header(scope, b"x-forwarded-proto").rpartition(",")[2].strip()
            if scheme in {"http", "https"}:
                secure = scheme == "https"
                if scope["type"] == "websocket":
                    scheme = "wss" if secure else "ws"
                scope["scheme"] = scheme
            hops = get_header(scope, b"x-forwarded-for").split(",")
            addresses = [hop.strip() for hop in hops if hop.strip()]
            clients = [hop for hop in addresses if not self.is_trusted(hop)]
            if addresses:
                scope["client"] = (clients[-1] if clients else addresses[0], 0)
        elif peer.startswith("::ffff:"):
            scope["client"] = (peer.removeprefix("::ffff:"), port)
        await self.app(scope, receive, send)

    def _check_address(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        return any(parsed in network for network in self.networks)
