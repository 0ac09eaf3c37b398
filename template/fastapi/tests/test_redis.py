import asyncio
import math

import pytest
from structlog.testing import capture_logs

from app import redis
from app.redis import CircuitBreaker, RedisUnavailableError


async def hang(breaker: CircuitBreaker, calls: list[str]) -> None:
    async with breaker.guard():
        calls.append("hang")
        await asyncio.Event().wait()


async def fail(breaker: CircuitBreaker, error: Exception) -> None:
    async with breaker.guard():
        raise error


async def test_a_call_that_hangs_ends_and_the_next_is_skipped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redis, "REDIS_TIMEOUT", 0.001)
    breaker, calls = CircuitBreaker(), list[str]()
    for _ in range(2):
        with pytest.raises(RedisUnavailableError):
            await hang(breaker, calls)
    assert calls == ["hang"]


async def test_a_slow_call_does_not_stop_others_that_are_answered() -> None:
    breaker = CircuitBreaker()
    breaker.last_success = math.inf
    with pytest.raises(RedisUnavailableError):
        await fail(breaker, TimeoutError())
    assert not breaker.open_until


async def test_a_call_that_is_answered_is_remembered() -> None:
    breaker = CircuitBreaker()
    async with breaker.guard():
        pass
    assert breaker.last_success


async def test_it_warns_once_a_minute() -> None:
    breaker = CircuitBreaker()
    with capture_logs() as lines:
        for _ in range(2):
            breaker.open_until = 0
            with pytest.raises(RedisUnavailableError):
                await fail(breaker, ConnectionError())
    assert [line["event"] for line in lines] == ["redis_unavailable"]


async def test_errors_of_the_caller_are_not_taken_for_those_of_redis() -> None:
    breaker = CircuitBreaker()
    with pytest.raises(KeyError):
        await fail(breaker, KeyError())
    assert not breaker.open_until
