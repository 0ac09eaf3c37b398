import re
from collections import Counter
from collections.abc import Mapping

import pytest

from tests.contract.client import ITEMS, RawConnection, request_head, send_raw
from tests.contract.exchanges import exchanges
from tests.starters.harness import HOST, Service


def parse_policy(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";") if part.strip()]
    assert max(Counter(part[0] for part in parts).values()) == 1, policy
    return {name: sources for name, *sources in parts}


def check_headers(headers: Mapping[str, str]) -> None:
    policy = parse_policy(headers["content-security-policy"])
    scripts = policy.get("script-src", policy.get("default-src"))
    assert scripts
    assert all(re.fullmatch(r"'(self|none|nonce-\S+)'", source) for source in scripts)
    assert policy["object-src"] == ["'none'"]
    assert policy["base-uri"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in {"same-origin", "no-referrer", "strict-origin"}
    assert "camera=()" in headers["permissions-policy"]
    check_no_version(headers)


def check_no_version(headers: Mapping[str, str]) -> None:
    assert not re.search(r"\d", headers.get("server", ""))
    assert "x-powered-by" not in headers


@pytest.mark.alone("api", "pages")
def test_every_kind_of_response_has_the_security_headers(
    service: Service, subtests: pytest.Subtests
) -> None:
    for kind, exchange in exchanges(service).items():
        with subtests.test(kind=kind):
            answer = send_raw(service, exchange.request)
            assert answer.status == exchange.status
            check_headers(answer.headers)
            hsts = answer.headers["strict-transport-security"]
            assert hsts.split(";")[0] == "max-age=3600"


@pytest.mark.alone("api", "pages")
def test_no_header_is_repeated(service: Service, subtests: pytest.Subtests) -> None:
    for kind, exchange in exchanges(service).items():
        with subtests.test(kind=kind):
            names = Counter(header_names(service, exchange.request))
            for name in ("set-cookie", "vary"):
                names.pop(name, None)
            assert [name for name, count in names.items() if count > 1] == []


def header_names(service: Service, request: bytes) -> list[str]:
    """Return the names of an answer's headers as often as they occur."""
    line, rest = request.split(b"\r\n", 1)
    with RawConnection(service) as connection:
        connection.send(line + b"\r\nConnection: close\r\n" + rest)
        received = b""
        while data := connection.socket.recv(65_536):
            received += data
    lines = received.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return [line.split(":")[0].lower() for line in lines]


def test_a_redirect_to_https_has_the_security_headers(
    service_without_proxies: Service,
) -> None:
    answer = send_raw(service_without_proxies, request_head("GET", "/"))
    assert 300 <= answer.status < 400
    check_headers(answer.headers)


@pytest.mark.features("api")
def test_a_failure_in_the_api_has_the_security_headers(
    failing_service: Service,
) -> None:
    answer = send_raw(failing_service, request_head("GET", ITEMS))
    assert answer.status == 500
    check_headers(answer.headers)


@pytest.mark.features("pages")
def test_a_failing_page_has_the_security_headers(failing_service: Service) -> None:
    answer = send_raw(
        failing_service, request_head("GET", "/items/", Accept="text/html")
    )
    assert answer.status == 500
    check_headers(answer.headers)


def test_hsts_seconds_is_a_setting(
    configured_service: Service,
) -> None:
    answer = send_raw(configured_service, request_head("GET", "/no/such/thing"))
    assert (
        answer.headers["strict-transport-security"].split(";")[0] == "max-age=31536000"
    )


def test_the_host_name_is_not_revealed_to_unknown_hosts(service: Service) -> None:
    answer = send_raw(service, request_head("GET", "/", Host="evil.example"))
    assert HOST not in answer.text
