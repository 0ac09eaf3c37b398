"""Limits on how often a client can try to sign in, or have an email sent."""

from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv6Address, IPv6Network
from time import time

from flask import g, request
from flask_limiter import RateLimitExceeded
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from structlog import get_logger
from structlog.contextvars import bind_contextvars

from app.errors import AppError
from app.extensions import limiter
from app.settings import Settings

REDIS_TIMEOUT = 0.08  # seconds
log = get_logger()


class TooManyRequests(AppError):
    status, code = 429, "too_many_requests"
    detail = "Too many attempts. Try again in a few minutes."

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.headers = [("Retry-After", str(retry_after))]


def limiter_config(settings: Settings) -> dict[str, object]:
    """Return the configuration of Flask-Limiter."""
    if not settings.redis_url:
        return {"RATELIMIT_STORAGE_URI": "memory://"}
    return {
        "RATELIMIT_STORAGE_URI": settings.redis_url,
        "RATELIMIT_STORAGE_OPTIONS": {
            "socket_connect_timeout": REDIS_TIMEOUT,
            "socket_timeout": REDIS_TIMEOUT,
            "retry": Retry(NoBackoff(), 0),
        },
        # While Redis does not answer, each process counts what it sees.
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
    }


def get_client_network() -> str:
    """Return the client's address, or its /64 network, since a client has all of it."""
    host = request.remote_addr or ""
    with suppress(ValueError):
        address = IPv6Address(host)
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False))
    return host


# The keys that attempts are counted by. Flask-Limiter calls these without arguments.
def get_client_key() -> str:
    return f"client {get_client_network()}"


def get_email_key() -> str:
    return f"email {g.email}"


def get_client_and_email_key() -> str:
    return f"{get_client_key()}, {get_email_key()}"


# The innermost limit is checked first, and it is strict. It counts the attempts of one
# client at one address, so that no client alone can use up the limit of an address. Two
# clients can: then the owner of the address cannot sign in until the 15 minutes are
# over.
@limiter.shared_limit("20/15minutes", "sign-in", key_func=get_email_key)
@limiter.shared_limit("60/15minutes", "sign-in", key_func=get_client_key)
@limiter.shared_limit("10/15minutes", "sign-in", key_func=get_client_and_email_key)
def _count_sign_in() -> None:
    """Count an attempt to sign in."""


@limiter.shared_limit("20/hour", "email", key_func=get_email_key)
@limiter.shared_limit("30/hour", "email", key_func=get_client_key)
@limiter.shared_limit("5/hour", "email", key_func=get_client_and_email_key)
def _count_email() -> None:
    """Count an email that is sent."""


def check_sign_in(email: str) -> None:
    """Count an attempt, or raise TooManyRequests."""
    _check(_count_sign_in, "sign-in", email)


def clear_sign_in() -> None:
    """Reset the strict limit of this client and the address that was checked last."""
    strict = limiter.current_limits[0]
    try:
        limiter.limiter.storage.clear(strict.key)
    except RedisError as error:
        log.warning("redis_unavailable", error=repr(error))


def check_email(email: str) -> None:
    """Count an email to this address, or raise TooManyRequests."""
    _check(_count_email, "email", email)


def _check(count: Callable[[], None], action: str, email: str) -> None:
    bind_contextvars(client=get_client_network())  # for the security events in the log
    g.email = email
    try:
        try:
            count()
        except RedisError:
            # Another thread noticed first that Redis has failed. Flask-Limiter counts
            # in the process from then on, but raises in the threads that were waiting.
            count()
    except RateLimitExceeded as error:
        log.warning("throttled", action=action)
        seconds = int(limiter.current_limits[-1].reset_at - time())
        raise TooManyRequests(max(1, seconds)) from error
