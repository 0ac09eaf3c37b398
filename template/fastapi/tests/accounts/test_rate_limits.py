from collections.abc import AsyncIterator

import pytest
from fastapi.requests import HTTPConnection
from structlog.testing import capture_logs

from app.accounts.rate_limits import (
    EMAIL_BY_CLIENT_AND_EMAIL,
    SIGN_IN_BY_CLIENT_AND_EMAIL,
    SIGN_IN_BY_EMAIL,
    RateLimiter,
    RateLimits,
    get_client_network,
)
from app.errors import TooManyRequests

ADA = "ada@example.org"


@pytest.fixture(
    params=["", "redis://127.0.0.1:1/0"], ids=["memory", "Redis is unreachable"]
)
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[RateLimiter]:
    limiter = RateLimiter(request.param)
    yield limiter
    await limiter.close()


async def sign_in(limiter: RateLimiter, client: str, count: int) -> None:
    for _ in range(count):
        await RateLimits(limiter, client).check_sign_in(ADA)


async def test_one_client_cannot_lock_the_owner_out(limiter: RateLimiter) -> None:
    await sign_in(limiter, "192.0.2.1", SIGN_IN_BY_CLIENT_AND_EMAIL.amount)
    with capture_logs() as logs, pytest.raises(TooManyRequests) as refused:
        await sign_in(limiter, "192.0.2.1", 1)
    headers = refused.value.headers or {}
    assert 1 <= int(headers["Retry-After"]) <= 900
    assert logs[-1]["event"] == "throttled"
    await sign_in(limiter, "192.0.2.2", 1)


async def test_many_clients_together_are_limited(limiter: RateLimiter) -> None:
    for number in range(SIGN_IN_BY_EMAIL.amount):
        await sign_in(limiter, f"192.0.2.{number}", 1)
    with pytest.raises(TooManyRequests):
        await sign_in(limiter, "198.51.100.1", 1)


async def test_success_clears_the_strict_limit(limiter: RateLimiter) -> None:
    await sign_in(limiter, "192.0.2.1", SIGN_IN_BY_CLIENT_AND_EMAIL.amount)
    await RateLimits(limiter, "192.0.2.1").clear_sign_in(ADA)
    await sign_in(limiter, "192.0.2.1", 1)


async def test_emails_are_limited(limiter: RateLimiter) -> None:
    limits = RateLimits(limiter, "192.0.2.1")
    for _ in range(EMAIL_BY_CLIENT_AND_EMAIL.amount):
        await limits.check_email(ADA)
    with pytest.raises(TooManyRequests):
        await limits.check_email(ADA)


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("2001:db8::1", "2001:db8::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
    ],
)
def test_a_client_has_a_whole_network_of_ipv6(host: str, network: str) -> None:
    connection = HTTPConnection({"type": "http", "client": (host, 1)})
    assert get_client_network(connection) == network
