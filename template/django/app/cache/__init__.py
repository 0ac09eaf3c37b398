"""A cache for what views read: pydantic models, in Redis or in memory.

A value belongs to a name, such as "items", and to a viewer. Both together have a
version, which is stored with each value, and `invalidate` changes it. A request that
began to read before the change stores its value with the old version: it is not used.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from threading import Lock, Timer
from uuid import uuid4

from django.core.cache import cache
from pydantic import BaseModel, ValidationError

from app.database import release_connection
from app.redis import RETRY_DELAY, RedisUnavailableError, breaker

VERSION_LIFETIME = 24 * 60 * 60  # seconds


class SchemaCache:
    """Stores models as JSON, which includes no code, unlike pickled objects."""

    def __init__(self) -> None:
        # Versions that are yet to be written, by their keys.
        self.missed: dict[str, str] = {}
        self._lock = Lock()
        self._is_waiting = False

    def get_or_set[Schema: BaseModel](
        self,
        schema: type[Schema],
        name: str,
        *,
        viewer: str,
        key: str,
        load: Callable[[], Schema],
    ) -> Schema:
        """Return the stored value; load and store it if there is none.

        `viewer` is who may see the value, `key` tells it from other values of the name:
        the parameters of a list, the id of a row.
        """
        version_key = f"{name}:{viewer}"
        if version_key in self.missed:
            return load()
        # No connection is held while Redis is slow, and a value that is loaded comes
        # from a transaction that began after its version was read.
        release_connection()
        value_key = f"{version_key}:{fingerprint(schema)}:{digest(key)}"
        try:
            with breaker.guard():
                stored = cache.get_many([version_key, value_key])
                version = stored.get(version_key)
                if version is None:
                    version = new_version()
                    cache.add(version_key, version, VERSION_LIFETIME)
        except RedisUnavailableError:
            return load()
        text = stored.get(value_key, "")
        if text.startswith(version):
            # It is invalid if another release of this service validates differently.
            with suppress(ValidationError):
                return schema.model_validate_json(text.removeprefix(version))
        value = load()
        release_connection()
        with suppress(RedisUnavailableError), breaker.guard():
            cache.set(value_key, version + value.model_dump_json())
        return value

    def invalidate(self, name: str, *, viewers: Iterable[str]) -> None:
        """Forget all values of a name for these viewers. Call it after the commit."""
        changes = {f"{name}:{viewer}": new_version() for viewer in viewers}
        with self._lock:
            self.missed |= changes
        release_connection()
        self._write_versions(changes)

    def _write_versions(self, changes: dict[str, str]) -> None:
        try:
            with breaker.guard():
                cache.set_many(changes, VERSION_LIFETIME)
        except RedisUnavailableError:
            self._write_later()
            return
        with self._lock:
            for key, version in changes.items():
                # There may have been another change in the meantime.
                if self.missed.get(key) == version:
                    del self.missed[key]

    def _write_later(self) -> None:
        """Try again after a while, until Redis is available."""
        with self._lock:
            if self._is_waiting:
                return
            self._is_waiting = True
        timer = Timer(RETRY_DELAY, self._write_missed_versions)
        timer.daemon = True
        timer.start()

    def _write_missed_versions(self) -> None:
        with self._lock:
            self._is_waiting = False
            changes = dict(self.missed)
        self._write_versions(changes)


def new_version() -> str:
    return uuid4().hex


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


@lru_cache
def fingerprint(schema: type[BaseModel]) -> str:
    """Return a short hash that changes with the fields of the schema.

    Two releases of the service can share Redis: neither reads what it can't understand.
    """
    description = json.dumps(schema.model_json_schema(mode="serialization"))
    return digest(description)


schema_cache = SchemaCache()
