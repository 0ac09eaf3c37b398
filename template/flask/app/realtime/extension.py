"""The hub of the application."""

from hashlib import sha256

from flask import Flask, current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.realtime.hub import Hub
from app.redis import REDIS_TIMEOUT
from app.settings import Settings

EXTENSION = "realtime_hub"


def add_hub(app: Flask, settings: Settings) -> None:
    # Services that share Redis have different secrets.
    namespace = sha256(settings.secret_key.encode()).hexdigest()[:16]
    redis = None
    if settings.redis_url:
        redis = Redis.from_url(
            settings.redis_url,
            socket_connect_timeout=REDIS_TIMEOUT,
            socket_timeout=REDIS_TIMEOUT,
            retry=Retry(NoBackoff(), 0),
        )
    app.extensions[EXTENSION] = Hub(redis, channel=f"{namespace}:events")


def get_hub(app: Flask = current_app) -> Hub:
    hub: Hub = app.extensions[EXTENSION]
    return hub
