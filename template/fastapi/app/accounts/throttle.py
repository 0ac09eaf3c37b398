"""How often somebody may try: counted in Redis, or else in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv6Address, IPv6Network
from math import ceil
from time import time
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool
from structlog import get_logger
from structlog.contextvars import bind_contextvars

from app.settings import Settings

SIGN_IN_BY_ADDRESS = parse("10/15minutes")
SIGN_IN_BY_CLIENT = parse("60/15minutes")
MAIL_BY_ADDRESS = parse("5/hour")
MAIL_BY_CLIENT = parse("30/hour")
log = get_logger()


class Throttle:
    def __init__(self, redis_url: str | None) -> None:
        self.fallback = FixedWindowRateLimiter(MemoryStorage())
        self.limiter, self.pool = self.fallback, None
        if redis_url:
            self.pool = ConnectionPool.from_url(
                redis_url, socket_timeout=1, socket_connect_timeout=1
            )
            storage = RedisStorage(
                f"async+{redis_url}",
                implementation="redispy",
                wrap_exceptions=True,
                connection_pool=self.pool,  # type: ignore[arg-type] # for redis-py
            )
            self.limiter = FixedWindowRateLimiter(storage)

    async def close(self) -> None:
        if self.pool:
            await self.pool.aclose()

    async def count(self, limit: RateLimitItem, *key: str) -> None:
        """Count one try, and refuse it if it was one too many."""
        for limiter in (self.limiter, self.fallback):
            try:
                if await limiter.hit(limit, *key):
                    return
                window = await limiter.get_window_stats(limit, *key)
            except StorageError as error:
                log.warning("throttle_without_redis", exc_info=error)
            else:
                log.warning("throttled", action=key[0])
                seconds = max(1, ceil(window.reset_time - time()))
                headers = {"Retry-After": str(seconds)}
                raise HTTPException(429, "Too many tries. Wait a while.", headers)

    async def forget(self, limit: RateLimitItem, *key: str) -> None:
        try:
            await self.limiter.clear(limit, *key)
        except StorageError as error:
            log.warning("throttle_without_redis", exc_info=error)


@asynccontextmanager
async def open_throttle(settings: Settings) -> AsyncIterator[Throttle]:
    throttle = Throttle(settings.redis_url)
    yield throttle
    await throttle.close()


class Tries:
    """The tries of the client that sent the request."""

    def __init__(self, request: Request) -> None:
        self.throttle: Throttle = request.state.throttle
        self.client = _network(request.client.host if request.client else "")
        bind_contextvars(client=self.client)

    async def sign_in(self, email: str) -> None:
        await self.throttle.count(SIGN_IN_BY_CLIENT, "sign-in", self.client)
        await self.throttle.count(SIGN_IN_BY_ADDRESS, "sign-in", email)

    async def signed_in(self, email: str) -> None:
        await self.throttle.forget(SIGN_IN_BY_ADDRESS, "sign-in", email)

    async def mail(self, email: str) -> None:
        await self.throttle.count(MAIL_BY_CLIENT, "mail", self.client)
        await self.throttle.count(MAIL_BY_ADDRESS, "mail", email)


def _network(host: str) -> str:
    """Return the address, of IPv6 the network: that is what one client has."""
    try:
        address = IPv6Address(host)
    except ValueError:
        return host
    return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))


async def tries(request: Request) -> Tries:
    return Tries(request)


Counted = Annotated[Tries, Depends(tries)]
