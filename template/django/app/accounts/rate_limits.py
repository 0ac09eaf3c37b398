"""Limits on how often a client can try to sign in, or have an email sent."""

from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv6Address, IPv6Network
from math import ceil
from time import time

import structlog
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.errors import TooManyRequests
from app.redis import REDIS_TIMEOUT, RedisUnavailableError, breaker

# The first limit is strict. It counts the attempts of one client at one address, so
# that no client alone can use up the limit of an address. Two clients can: then the
# owner of the address cannot sign in until the 15 minutes are over.
SIGN_IN_BY_CLIENT_AND_EMAIL = parse("10/15minutes")
SIGN_IN_BY_CLIENT = parse("60/15minutes")
SIGN_IN_BY_EMAIL = parse("20/15minutes")
EMAIL_BY_CLIENT_AND_EMAIL = parse("5/hour")
EMAIL_BY_CLIENT = parse("30/hour")
EMAIL_BY_EMAIL = parse("20/hour")

log = structlog.get_logger(__name__)


class RateLimiter:
    """Counts attempts in Redis, or in this process if Redis is missing or fails."""

    def __init__(self, redis_url: str) -> None:
        self._memory = FixedWindowRateLimiter(MemoryStorage())
        self._redis: FixedWindowRateLimiter | None = None
        if redis_url:
            pool = ConnectionPool.from_url(
                redis_url,
                socket_timeout=REDIS_TIMEOUT,
                socket_connect_timeout=REDIS_TIMEOUT,
                retry=Retry(NoBackoff(), 0),
            )
            storage = RedisStorage(redis_url, connection_pool=pool)
            self._redis = FixedWindowRateLimiter(storage)

    def check(self, *limits: tuple[RateLimitItem, tuple[str, ...]]) -> None:
        """Count one attempt for each limit, until one of them refuses it."""

        def count(limiter: FixedWindowRateLimiter) -> int:
            for limit, key in limits:
                if not limiter.hit(limit, *key):
                    window = limiter.get_window_stats(limit, *key)
                    return max(1, ceil(window.reset_time - time()))
            return 0

        if seconds := self._run(count):
            log.warning("throttled", action=limits[0][1][0])
            raise TooManyRequests(headers={"Retry-After": str(seconds)})

    def clear(self, limit: RateLimitItem, *key: str) -> None:
        self._run(lambda limiter: limiter.clear(limit, *key))

    def _run[Result](
        self, operation: Callable[[FixedWindowRateLimiter], Result]
    ) -> Result:
        if self._redis:
            with suppress(RedisUnavailableError), breaker.guard():
                return operation(self._redis)
        return operation(self._memory)


limiter = RateLimiter(settings.REDIS_URL)


class RateLimits:
    """The limits for the client of one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.client = get_client_network(request)
        # For the security events in the log.
        structlog.contextvars.bind_contextvars(client=self.client)

    def check_sign_in(self, email: str) -> None:
        limiter.check(
            (SIGN_IN_BY_CLIENT_AND_EMAIL, ("sign-in", self.client, email)),
            (SIGN_IN_BY_CLIENT, ("sign-in", self.client)),
            (SIGN_IN_BY_EMAIL, ("sign-in", email)),
        )

    def clear_sign_in(self, email: str) -> None:
        limiter.clear(SIGN_IN_BY_CLIENT_AND_EMAIL, "sign-in", self.client, email)

    def check_email(self, email: str) -> None:
        limiter.check(
            (EMAIL_BY_CLIENT_AND_EMAIL, ("email", self.client, email)),
            (EMAIL_BY_CLIENT, ("email", self.client)),
            (EMAIL_BY_EMAIL, ("email", email)),
        )


def get_client_network(request: HttpRequest) -> str:
    """Return the client's address, or its /64 network, since a client has all of it."""
    host: str = request.META.get("REMOTE_ADDR", "")
    with suppress(ValueError):
        address = IPv6Address(host)
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))
    return host
