from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis.exceptions import RedisError
from structlog.testing import capture_logs

from app.accounts.rate_limits import (
    TooManyRequests,
    check_email,
    check_sign_in,
    clear_sign_in,
    get_client_network,
)
from app.extensions import limiter

ADA = "ada@example.org"


@pytest.fixture(
    params=["", "redis://127.0.0.1:1/0"], ids=["memory", "Redis is unreachable"]
)
def app(
    request: pytest.FixtureRequest, create_client: Callable[..., FlaskClient]
) -> Flask:
    return create_client(redis_url=request.param).application


def sign_in(app: Flask, client: str, count: int = 1) -> None:
    for _ in range(count):
        with app.test_request_context(environ_base={"REMOTE_ADDR": client}):
            check_sign_in(ADA)


def test_one_client_cannot_lock_the_owner_out(app: Flask) -> None:
    sign_in(app, "192.0.2.1", 10)
    with capture_logs() as logs, pytest.raises(TooManyRequests) as refused:
        sign_in(app, "192.0.2.1")
    ((name, seconds),) = refused.value.headers
    assert name == "Retry-After"
    assert 1 <= int(seconds) <= 900
    assert logs[-1]["event"] == "throttled"
    sign_in(app, "192.0.2.2")


def test_many_clients_together_are_limited(app: Flask) -> None:
    for number in range(20):
        sign_in(app, f"192.0.2.{number}")
    with pytest.raises(TooManyRequests):
        sign_in(app, "198.51.100.1")


def test_success_clears_the_strict_limit(app: Flask) -> None:
    client = {"REMOTE_ADDR": "192.0.2.1"}
    sign_in(app, "192.0.2.1", 9)
    with app.test_request_context(environ_base=client):
        check_sign_in(ADA)
        clear_sign_in()
    sign_in(app, "192.0.2.1", 10)


def test_requests_that_wait_for_redis_when_it_fails_are_counted(
    create_client: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_client(redis_url="redis://127.0.0.1:1/0").application
    first_waits, redis_has_failed = Event(), Event()

    def increment(*_arguments: object, **_options: object) -> int:
        if not first_waits.is_set():
            first_waits.set()
            assert redis_has_failed.wait(5)
        raise RedisError

    monkeypatch.setattr(limiter.limiter.storage, "incr", increment)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(sign_in, app, "192.0.2.1")
        assert first_waits.wait(5)
        sign_in(app, "192.0.2.2")
        redis_has_failed.set()
        first.result()


def test_a_redis_that_fails_after_the_check_is_logged(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_key: str) -> None:
        raise RedisError

    with app.test_request_context(), capture_logs() as logs:
        check_sign_in(ADA)
        monkeypatch.setattr(limiter.limiter.storage, "clear", fail)
        clear_sign_in()
    assert [entry["event"] for entry in logs] == ["redis_unavailable"]


def test_emails_are_limited(app: Flask) -> None:
    for _ in range(5):
        with app.test_request_context():
            check_email(ADA)
    with app.test_request_context(), pytest.raises(TooManyRequests):
        check_email(ADA)


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("2001:db8::1", "2001:db8::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
    ],
)
def test_a_client_has_a_whole_network_of_ipv6(
    app: Flask, host: str, network: str
) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": host}):
        assert get_client_network() == network
