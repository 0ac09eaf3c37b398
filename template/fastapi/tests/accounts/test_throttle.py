from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, HTTPException, Request
from limits import parse
from structlog.testing import capture_logs

from app.accounts.throttle import SIGN_IN_BY_ADDRESS, Throttle, Tries

TWICE = parse("2/minute")


@pytest.fixture(params=[None, "redis://127.0.0.1:1/0"], ids=["memory", "no redis"])
async def throttle(request: pytest.FixtureRequest) -> AsyncIterator[Throttle]:
    throttle = Throttle(request.param)
    yield throttle
    await throttle.close()


def tries(app: FastAPI, host: str) -> Tries:
    return Tries(Request({"type": "http", "client": (host, 1), "app": app}))


async def test_one_try_too_many_has_to_wait(throttle: Throttle) -> None:
    """Redis or not: without it this process counts alone."""
    for key in "aab":
        await throttle.count(TWICE, key)
    with capture_logs() as lines, pytest.raises(HTTPException) as refused:
        await throttle.count(TWICE, "a")
    assert refused.value.status_code == 429
    assert 1 <= int((refused.value.headers or {})["Retry-After"]) <= 60
    assert lines[-1]["event"] == "throttled"


async def test_who_gets_in_starts_anew(app: FastAPI) -> None:
    mine = tries(app, "192.0.2.1")
    for _ in range(2):
        await mine.signed_in("eve@example.org")
        for _ in range(SIGN_IN_BY_ADDRESS.amount):
            await mine.sign_in("eve@example.org")
    with pytest.raises(HTTPException):
        await mine.sign_in("eve@example.org")


async def test_a_client_has_a_whole_network_of_ipv6(app: FastAPI) -> None:
    hosts = ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "::ffff:192.0.2.1")
    clients = {tries(app, host).client for host in hosts}
    assert clients == {"2001:db8::/64", "2001:db8:0:1::/64", "192.0.2.1"}
