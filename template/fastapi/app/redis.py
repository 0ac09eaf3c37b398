"""Limits how long a request waits for Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from redis.exceptions import RedisError

from app.repeated_warnings import RepeatedWarning

REDIS_TIMEOUT = 0.08  # seconds; less than callbacks after a commit may take
RETRY_DELAY = 1.0  # seconds without Redis after a failure


class RedisUnavailableError(Exception):
    """Redis failed, did not answer in time, or did so less than a second ago."""


class CircuitBreaker:
    """Skips Redis for a second after it failed, so that few requests wait for it."""

    def __init__(self) -> None:
        self.open_until = 0.0
        self.last_success = 0.0
        self.warning = RepeatedWarning("redis_unavailable")

    @asynccontextmanager
    async def guard(self) -> AsyncIterator[None]:
        """Raise RedisUnavailableError if the block fails or takes too long."""
        start = monotonic()
        if start < self.open_until:
            raise RedisUnavailableError
        try:
            async with asyncio.timeout(REDIS_TIMEOUT):
                yield
        except (OSError, RedisError) as error:
            # If others were answered in the meantime, this process is busy, not Redis.
            if self.last_success < start:
                self._open(error)
            raise RedisUnavailableError from error
        self.last_success = monotonic()

    def _open(self, error: Exception) -> None:
        self.open_until = monotonic() + RETRY_DELAY
        self.warning.log(error=repr(error))


# All users of Redis in this process share it, so that a request waits only once.
breaker = CircuitBreaker()
