"""Limits on how often a client can try to sign in, or have an email sent."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from ipaddress import IPv6Address, IPv6Network
from math import ceil
from time import time
from typing import TypeVar

from fastapi.requests import HTTPConnection
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.asyncio import ConnectionPool
from structlog import get_logger

from app.errors import TooManyRequests
from app.redis import RedisUnavailableError, breaker
from app.settings import Settings

# The first limit is strict. It counts the attempts of one client at one address, so
# that no client alone can use up the limit of an address. Two clients can: then the
# owner of the address cannot sign in until the 15 minutes are over.
SIGN_IN_BY_CLIENT_AND_EMAIL = parse("10/15minutes")
SIGN_IN_BY_CLIENT = parse("60/15minutes")
SIGN_IN_BY_EMAIL = parse("20/15minutes")
EMAIL_BY_CLIENT_AND_EMAIL = parse("5/hour")
EMAIL_BY_CLIENT = parse("30/hour")
EMAIL_BY_EMAIL = parse("20/hour")

Result = TypeVar("Result")
log = get_logger()


class RateLimiter:
    """Counts attempts in Redis, or in this process if Redis is missing or fails."""

    def __init__(self, redis_url: str, max_connections: int = 50) -> None:
        self._memory = FixedWindowRateLimiter(MemoryStorage())
        self._redis: FixedWindowRateLimiter | None = None
        self._pool: ConnectionPool | None = None
        if redis_url:
            self._pool = ConnectionPool.from_url(
                redis_url, max_connections=max_connections
            )
            storage = RedisStorage(
                f"async+{redis_url}",
                implementation="redispy",
                connection_pool=self._pool,  # type: ignore[arg-type] # as documented
            )
            self._redis = FixedWindowRateLimiter(storage)

    async def close(self) -> None:
        if self._pool:
            await self._pool.aclose()

    async def check(self, *limits: tuple[RateLimitItem, tuple[str, ...]]) -> None:
        """Count one attempt for each limit, until one of them refuses it."""

        async def count(limiter: FixedWindowRateLimiter) -> int:
            for limit, key in limits:
                if not await limiter.hit(limit, *key):
                    window = await limiter.get_window_stats(limit, *key)
                    return max(1, ceil(window.reset_time - time()))
            return 0

        if seconds := await self._run(count):
            log.warning("throttled", action=limits[0][1][0])
            raise TooManyRequests(headers={"Retry-After": str(seconds)})

    async def clear(self, limit: RateLimitItem, *key: str) -> None:
        await self._run(lambda limiter: limiter.clear(limit, *key))

    async def _run(
        self, operation: Callable[[FixedWindowRateLimiter], Awaitable[Result]]
    ) -> Result:
        if self._redis:
            with suppress(RedisUnavailableError):
                async with breaker.guard():
                    return await operation(self._redis)
        return await operation(self._memory)


@asynccontextmanager
async def open_rate_limiter(settings: Settings) -> AsyncIterator[RateLimiter]:
    limiter = RateLimiter(settings.redis_url, settings.redis_max_connections)
    try:
        yield limiter
    finally:
        await limiter.close()


class RateLimits:
    """The limits for the client of one request."""

    def __init__(self, limiter: RateLimiter, client: str) -> None:
        self._limiter = limiter
        self.client = client

    async def check_sign_in(self, email: str) -> None:
        await self._limiter.check(
            (SIGN_IN_BY_CLIENT_AND_EMAIL, ("sign-in", self.client, email)),
            (SIGN_IN_BY_CLIENT, ("sign-in", self.client)),
            (SIGN_IN_BY_EMAIL, ("sign-in", email)),
        )

    async def clear_sign_in(self, email: str) -> None:
        await self._limiter.clear(
            SIGN_IN_BY_CLIENT_AND_EMAIL, "sign-in", self.client, email
        )

    async def check_email(self, email: str) -> None:
        await self._limiter.check(
            (EMAIL_BY_CLIENT_AND_EMAIL, ("email", self.client, email)),
            (EMAIL_BY_CLIENT, ("email", self.client)),
            (EMAIL_BY_EMAIL, ("email", email)),
        )


def get_client_network(connection: HTTPConnection) -> str:
    """Return the client's address, or its /64 network, since a client has all of it."""
    host = connection.client.host if connection.client else ""
    with suppress(ValueError):
        address = IPv6Address(host)
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))
    return host
