"""Sends events to the streams of all processes."""

from collections.abc import Iterable
from hashlib import sha256

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.database import release_connection
from app.realtime.hub import Event, Hub
from app.redis import REDIS_TIMEOUT


def create_hub(redis_url: str, secret_key: str) -> Hub:
    # Services that share Redis have different secrets.
    namespace = sha256(secret_key.encode()).hexdigest()[:16]
    redis = None
    if redis_url:
        redis = Redis.from_url(
            redis_url,
            socket_connect_timeout=REDIS_TIMEOUT,
            socket_timeout=REDIS_TIMEOUT,
            retry=Retry(NoBackoff(), 0),
        )
    return Hub(redis, channel=f"{namespace}:events")


hub = create_hub(settings.REDIS_URL, settings.SECRET_KEY)


def publish(event: Event, *, topics: Iterable[str]) -> None:
    """Send an event to the streams of these topics. Call it after the commit."""
    release_connection()  # Redis may be slow.
    hub.publish(event, topics=topics)
