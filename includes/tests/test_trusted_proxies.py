from ipaddress import ip_network
from unittest.mock import Mock

import pytest

from app.middleware.trusted_proxies import TrustedProxies

NETWORKS = [ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")]


def apply(peer: str, **headers: str) -> tuple[str, str]:
    """Return the address and the scheme that the application gets."""
    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", **headers}
    TrustedProxies(Mock(), NETWORKS)(environ, Mock())
    return environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]


@pytest.mark.parametrize(
    ("peer", "proto", "scheme"),
    [
        ("127.0.0.1", "https", "https"),
        ("::ffff:127.0.0.1", "https", "https"),
        ("127.0.0.1", "http, https", "https"),
        ("127.0.0.1", "ftp", "http"),
        ("192.0.2.1", "https", "http"),
        ("", "https", "http"),
    ],
)
def test_the_scheme_is_accepted_from_trusted_networks_only(
    peer: str, proto: str, scheme: str
) -> None:
    assert apply(peer, HTTP_X_FORWARDED_PROTO=proto) == (peer, scheme)


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "198.51.100.9, 192.0.2.7, 10.1.1.1", "192.0.2.7"),
        ("127.0.0.1", "10.2.2.2, 10.1.1.1", "10.2.2.2"),
        ("192.0.2.1", "192.0.2.7", "192.0.2.1"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxy(
    peer: str, forwarded: str, client: str
) -> None:
    assert apply(peer, HTTP_X_FORWARDED_FOR=forwarded) == (client, "http")
