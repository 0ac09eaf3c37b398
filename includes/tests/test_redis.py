import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from app.redis import CircuitBreaker, RedisUnavailableError


def fail(breaker: CircuitBreaker, error: Exception) -> None:
    with breaker.guard():
        raise error


def test_after_a_failure_redis_is_skipped() -> None:
    breaker, calls = CircuitBreaker(), list[str]()
    with pytest.raises(RedisUnavailableError):
        fail(breaker, RedisConnectionError())
    with pytest.raises(RedisUnavailableError), breaker.guard():
        calls.append("skipped")
    assert not calls


def test_it_warns_once_a_minute() -> None:
    breaker = CircuitBreaker()
    with capture_logs() as lines:
        for _ in range(2):
            breaker.open_until = 0
            with pytest.raises(RedisUnavailableError):
                fail(breaker, TimeoutError())
    assert [line["event"] for line in lines] == ["redis_unavailable"]


def test_errors_of_the_caller_are_not_taken_for_those_of_redis() -> None:
    breaker = CircuitBreaker()
    with pytest.raises(KeyError):
        fail(breaker, KeyError())
    assert not breaker.open_until
