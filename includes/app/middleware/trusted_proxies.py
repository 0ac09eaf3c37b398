"""The client's address and scheme, as reported by trusted proxies."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Network = IPv4Network | IPv6Network


class TrustedProxies:
    """Accept X-Forwarded-For and X-Forwarded-Proto from these networks only.

    The result is in REMOTE_ADDR and wsgi.url_scheme.
    """

    def __init__(self, app: WSGIApplication, networks: Collection[Network]) -> None:
        self.app = app
        self.networks = networks
        self._is_trusted = lru_cache(maxsize=1024)(self._check_address)

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        peer = environ.get("REMOTE_ADDR", "")
        if self.networks and self._is_trusted(peer):
            # Each proxy appends what it saw, so the last scheme is from the nearest
            # one, and the last address that is not a proxy is the client.
            schemes = environ.get("HTTP_X_FORWARDED_PROTO", "").split(",")
            scheme = schemes[-1].strip()
            if scheme in {"http", "https"}:
                environ["wsgi.url_scheme"] = scheme
            forwarded = environ.get("HTTP_X_FORWARDED_FOR") or peer
            hops = [hop.strip() for hop in forwarded.split(",")]
            clients = [hop for hop in hops if not self._is_trusted(hop)]
            environ["REMOTE_ADDR"] = clients[-1] if clients else hops[0]
        return self.app(environ, start_response)

    def _check_address(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        return any(parsed in network for network in self.networks)
