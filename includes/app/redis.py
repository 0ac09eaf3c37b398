"""Limits how long a request waits for Redis."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from redis.exceptions import RedisError

from app.repeated_warnings import RepeatedWarning

REDIS_TIMEOUT = 0.08  # seconds
RETRY_DELAY = 1.0  # seconds without Redis after a failure


class RedisUnavailableError(Exception):
    """Redis failed, did not answer in time, or did so less than a second ago."""


class CircuitBreaker:
    """Skips Redis for a second after it failed, so that few requests wait for it."""

    def __init__(self) -> None:
        self.open_until = 0.0
        self.warning = RepeatedWarning("redis_unavailable")

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Raise RedisUnavailableError if the block fails, or if Redis just failed."""
        if monotonic() < self.open_until:
            raise RedisUnavailableError
        try:
            yield
        except (OSError, RedisError) as error:
            self._open(error)
            raise RedisUnavailableError from error

    def _open(self, error: Exception) -> None:
        self.open_until = monotonic() + RETRY_DELAY
        self.warning.log(error=repr(error))


# All users of Redis in this process share it, so that few requests wait.
breaker = CircuitBreaker()
