import pytest
from django.test import RequestFactory
from structlog.testing import capture_logs

from app.accounts import rate_limits
from app.accounts.rate_limits import (
    EMAIL_BY_CLIENT_AND_EMAIL,
    SIGN_IN_BY_CLIENT_AND_EMAIL,
    SIGN_IN_BY_EMAIL,
    RateLimiter,
    RateLimits,
)
from app.errors import TooManyRequests

ADA = "ada@example.org"


@pytest.fixture(
    params=["", "redis://127.0.0.1:1/0"],
    ids=["memory", "Redis is away"],
    autouse=True,
)
def limiter(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> RateLimiter:
    limiter = RateLimiter(request.param)
    monkeypatch.setattr(rate_limits, "limiter", limiter)
    return limiter


def limits_of(client: str) -> RateLimits:
    return RateLimits(RequestFactory().get("/", REMOTE_ADDR=client))


def sign_in(client: str, count: int) -> None:
    for _ in range(count):
        limits_of(client).check_sign_in(ADA)


def test_one_client_cannot_lock_the_owner_out() -> None:
    sign_in("192.0.2.1", SIGN_IN_BY_CLIENT_AND_EMAIL.amount)
    with capture_logs() as logs, pytest.raises(TooManyRequests) as refused:
        sign_in("192.0.2.1", 1)
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 900
    assert logs[-1]["event"] == "throttled"
    sign_in("192.0.2.2", 1)


def test_many_clients_together_are_limited() -> None:
    for number in range(SIGN_IN_BY_EMAIL.amount):
        sign_in(f"192.0.2.{number}", 1)
    with pytest.raises(TooManyRequests):
        sign_in("198.51.100.1", 1)


def test_success_clears_the_strict_limit() -> None:
    sign_in("192.0.2.1", SIGN_IN_BY_CLIENT_AND_EMAIL.amount)
    limits_of("192.0.2.1").clear_sign_in(ADA)
    sign_in("192.0.2.1", 1)


def test_emails_are_limited() -> None:
    limits = limits_of("192.0.2.1")
    for _ in range(EMAIL_BY_CLIENT_AND_EMAIL.amount):
        limits.check_email(ADA)
    with pytest.raises(TooManyRequests):
        limits.check_email(ADA)


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("2001:db8::1", "2001:db8::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
    ],
)
def test_a_client_has_a_whole_network_of_ipv6(host: str, network: str) -> None:
    assert limits_of(host).client == network
