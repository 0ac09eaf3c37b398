"""A cache for what endpoints read: pydantic models, in Redis or in memory.

A value belongs to a name, such as "items", and to a viewer. Both together have a
version, which is stored with each value, and `invalidate` changes it. A request that
began to read before the change stores its value with the old version: it is not used.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID, uuid4
from warnings import catch_warnings

import cashews
from cashews.exceptions import CacheError
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.redis import RETRY_DELAY, RedisUnavailableError, breaker
from app.settings import Settings

LIFETIME = 60.0  # seconds: the age of a value whose invalidation is lost
# In development, other processes such as `poe seed` can't invalidate values in memory.
MEMORY_LIFETIME = 5.0
VERSION_LIFETIME = 24 * 60 * 60.0
Schema = TypeVar("Schema", bound=BaseModel)


class Cache:
    """Stores models as JSON, which includes no code, unlike pickled objects."""

    def __init__(
        self, url: str = "", *, namespace: str = "", max_connections: int = 10
    ) -> None:
        """Store values in Redis, in the memory of this process (mem://) or not at all.

        Services that share Redis each have their own namespace.
        """
        self.enabled = bool(url)
        self.namespace = namespace
        self.lifetime = LIFETIME
        self.backend = cashews.Cache()
        # The changes whose new version is yet to be written, by the key of the version.
        self.missed: dict[str, UUID] = {}
        if url.startswith("mem:"):
            self.lifetime = MEMORY_LIFETIME
            self.backend.setup(url)
        elif url:
            self.backend.setup(
                url,
                middlewares=(_skip_slow_redis,),
                suppress=False,
                pickle_type="null",
                max_connections=max_connections,
            )

    async def get_or_set(  # noqa: PLR0913 - each tells values apart, or loads one
        self,
        session: AsyncSession,
        schema: type[Schema],
        name: str,
        *,
        viewer: str,
        key: str,
        load: Callable[[], Awaitable[Schema]],
    ) -> Schema:
        """Return the stored value; load and store it if there is none.

        `viewer` is who may see the value. `key` is what else it depends on, such as the
        parameters of a list or the id of a row. `load` reads with the session.
        """
        version_key = self._version_key(name, viewer)
        if not self.enabled or version_key in self.missed:
            return await load()
        # No connection is held while Redis is slow, and a value that is loaded comes
        # from a transaction that began after its version was read.
        await session.commit()
        value_key = f"{version_key}:{fingerprint(schema)}:{key}"
        version, stored = await self.backend.get_many(
            version_key, value_key, default=b""
        )
        if version and stored and stored.startswith(version):
            # It is invalid if another release of this service validates differently.
            with suppress(ValidationError):
                return schema.model_validate_json(stored.removeprefix(version))
        if not version:
            version = new_version()
            await self.backend.set(version_key, version, VERSION_LIFETIME, exist=False)
        value = await load()
        stored = version + value.model_dump_json().encode()
        await self.backend.set(value_key, stored, self.lifetime)
        return value

    async def invalidate(self, name: str, *, viewers: Iterable[str]) -> None:
        """Invalidate all values of a name for these viewers."""
        if self.enabled:
            changes = {self._version_key(name, viewer): uuid4() for viewer in viewers}
            self.missed |= changes
            await self._write_versions(changes)

    async def replay_invalidations(self) -> None:
        """Write the versions that changed while Redis was unavailable."""
        await self._write_versions(dict(self.missed))

    async def close(self) -> None:
        # cashews 7.6 closes Redis with a deprecated method.
        with catch_warnings(action="ignore", category=DeprecationWarning):
            await self.backend.close()

    async def _write_versions(self, changes: dict[str, UUID]) -> None:
        for key, change in changes.items():
            written = await self.backend.set(key, new_version(), VERSION_LIFETIME)
            # There may have been another change in the meantime.
            if written and self.missed.get(key) == change:
                del self.missed[key]

    def _version_key(self, name: str, viewer: str) -> str:
        return f"{self.namespace}:{name}:{viewer}"


async def _skip_slow_redis(
    call: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any
) -> Any:
    """Call Redis, or return the default while it does not answer."""
    _command, _backend, *arguments = args
    try:
        async with breaker.guard():
            try:
                return await call(*arguments, **kwargs)
            except CacheError as error:
                raise ConnectionError from error
    except RedisUnavailableError:
        return kwargs.get("default")


def new_version() -> bytes:
    return uuid4().hex.encode()


@lru_cache
def fingerprint(schema: type[BaseModel]) -> str:
    """Return a short hash that changes with the fields of the schema.

    Two releases of the service can share Redis: neither reads what it can't understand.
    """
    description = json.dumps(schema.model_json_schema(mode="serialization"))
    return sha256(description.encode()).hexdigest()[:16]


@asynccontextmanager
async def open_cache(settings: Settings) -> AsyncIterator[Cache]:
    """Open the cache, and replay invalidations until the application stops."""
    # Without Redis, processes can't tell each other what has changed.
    url = settings.redis_url or ("" if settings.production else "mem://")
    namespace = sha256(settings.secret_key.encode()).hexdigest()[:16]
    cache = Cache(
        url, namespace=namespace, max_connections=settings.redis_max_connections
    )
    replaying = asyncio.create_task(_replay_regularly(cache))
    try:
        yield cache
    finally:
        replaying.cancel()
        await cache.close()


async def _replay_regularly(cache: Cache) -> None:
    while True:
        await asyncio.sleep(RETRY_DELAY)
        await cache.replay_invalidations()
