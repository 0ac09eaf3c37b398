"""A cache for what services read: pydantic models, in Redis or in memory.

A value belongs to a name, such as "items", and to a viewer. Both together have a
version, which is stored with each value, and `invalidate` changes it. A request that
began to read before the change stores its value with the old version: it is not used.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from threading import Lock, Thread
from time import sleep
from typing import Any, TypeVar
from uuid import UUID, uuid4

from cachelib.serializers import BaseSerializer
from flask import Flask, current_app
from pydantic import BaseModel, ValidationError
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.extensions import cache, db
from app.redis import REDIS_TIMEOUT, RETRY_DELAY, RedisUnavailableError, breaker
from app.settings import Settings

EXTENSION = "model_cache"
LIFETIME = 60  # seconds: the age of a value whose invalidation is lost
# In development, other processes such as `poe seed` can't invalidate values in memory.
MEMORY_LIFETIME = 5
VERSION_LIFETIME = 24 * 60 * 60
Schema = TypeVar("Schema", bound=BaseModel)
Result = TypeVar("Result")


class ModelCache:
    """Stores models as JSON, which includes no code, unlike pickled objects."""

    def __init__(self, app: Flask, *, enabled: bool, lifetime: int) -> None:
        self.enabled = enabled
        self.lifetime = lifetime
        # The changes whose new version is yet to be written, by the key of the version.
        self.missed: dict[str, UUID] = {}
        self._app = app
        self._lock = Lock()
        self._replaying: Thread | None = None

    def get_or_set(
        self,
        schema: type[Schema],
        name: str,
        *,
        viewer: str,
        key: str,
        load: Callable[[], Schema],
    ) -> Schema:
        """Return the stored value; load and store it if there is none.

        `viewer` is who may see the value. `key` is what else it depends on, such as the
        parameters of a list or the id of a row. Call it while nothing is written: it
        ends the transaction.
        """
        version_key = f"{name}:{viewer}"
        if not self.enabled or version_key in self.missed:
            return load()
        # No connection is held while Redis is slow, and a value that is loaded comes
        # from a transaction that began after its version was read.
        db.session.commit()
        value_key = f"{version_key}:{fingerprint(schema)}:{key}"
        version, stored = _call_redis(cache.get_many, version_key, value_key) or (
            None,
            None,
        )
        if version and stored and stored.startswith(version):
            # It is invalid if another release of this service validates differently.
            with suppress(ValidationError):
                return schema.model_validate_json(stored.removeprefix(version))
        if not version:
            version = uuid4().hex
            _call_redis(cache.add, version_key, version, VERSION_LIFETIME)
        value = load()
        _call_redis(
            cache.set, value_key, version + value.model_dump_json(), self.lifetime
        )
        return value

    def invalidate(self, name: str, *, viewers: Iterable[str]) -> None:
        """Invalidate all values of a name for these viewers."""
        if self.enabled:
            changes = {f"{name}:{viewer}": uuid4() for viewer in viewers}
            self.missed |= changes
            self._write_versions(changes)
            self._replay_later()

    def replay_invalidations(self) -> None:
        """Write the versions that changed while Redis was unavailable."""
        self._write_versions(dict(self.missed))

    def join(self) -> None:
        """Wait until no invalidation is missed."""
        if replaying := self._replaying:
            replaying.join()

    def _write_versions(self, changes: dict[str, UUID]) -> None:
        for key, change in changes.items():
            written = _call_redis(cache.set, key, uuid4().hex, VERSION_LIFETIME)
            # There may have been another change in the meantime.
            if written and self.missed.get(key) == change:
                del self.missed[key]

    def _replay_later(self) -> None:
        with self._lock:
            if self.missed and self._replaying is None:
                self._replaying = Thread(target=self._replay_regularly, daemon=True)
                self._replaying.start()

    def _replay_regularly(self) -> None:
        while True:
            sleep(RETRY_DELAY)
            with self._app.app_context():
                self.replay_invalidations()
            with self._lock:
                if not self.missed:
                    self._replaying = None
                    return


def _call_redis(call: Callable[..., Result], *args: Any) -> Result | None:
    """Call Redis, or return None while it does not answer."""
    try:
        with breaker.guard():
            return call(*args)
    except RedisUnavailableError:
        return None


@lru_cache
def fingerprint(schema: type[BaseModel]) -> str:
    """Return a short hash that changes with the fields of the schema.

    Two releases of the service can share Redis: neither reads what it can't understand.
    """
    description = json.dumps(schema.model_json_schema(mode="serialization"))
    return sha256(description.encode()).hexdigest()[:16]


class TextSerializer(BaseSerializer):
    """Stores text as it is. By default Flask-Caching pickles it."""

    def dumps(self, value: str, _protocol: int = 0) -> bytes:
        return value.encode()

    def loads(self, value: bytes | None) -> str | None:
        return None if value is None else value.decode()


def cache_config(settings: Settings) -> dict[str, object]:
    """Return the configuration of Flask-Caching."""
    # Services that share Redis each have their own prefix.
    prefix = sha256(settings.secret_key.encode()).hexdigest()[:16]
    config = {"CACHE_SERIALIZER": TextSerializer, "CACHE_KEY_PREFIX": f"{prefix}:"}
    if settings.redis_url:
        return config | {
            "CACHE_TYPE": "RedisCache",
            "CACHE_REDIS_URL": settings.redis_url,
            "CACHE_OPTIONS": {
                "socket_connect_timeout": REDIS_TIMEOUT,
                "socket_timeout": REDIS_TIMEOUT,
                "retry": Retry(NoBackoff(), 0),
            },
        }
    return config | {"CACHE_TYPE": "SimpleCache"}


def add_cache(app: Flask, settings: Settings) -> None:
    cache.init_app(app)
    app.extensions[EXTENSION] = ModelCache(
        app,
        # Without Redis, processes can't tell each other what has changed.
        enabled=bool(settings.redis_url) or not settings.production,
        lifetime=LIFETIME if settings.redis_url else MEMORY_LIFETIME,
    )


def get_cache() -> ModelCache:
    found: ModelCache = current_app.extensions[EXTENSION]
    return found
