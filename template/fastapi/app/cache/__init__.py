"""A cache for lists of items, kept for each audience apart until an item changes.

It is in Redis, in development in memory. A list is good only together with the
version under which it was read. Whatever changes gives its audiences a new version: a
list that was under way meanwhile does not count.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import wraps
from hashlib import sha256
from time import monotonic
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import uuid4
from warnings import catch_warnings

from cashews import Cache
from cashews.exceptions import CacheError
from fastapi import APIRouter, FastAPI
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from app.items.changes import Change, audience_of, audiences_of, told_to
from app.items.models import Item
from app.settings import Settings

LIFETIME = "1m"  # the longest that a list is good if nobody heard of a change
PATIENCE = 0.1  # seconds to wait for Redis
PAUSE = 1  # seconds to do without it after that
COLUMNS = Item.__mapper__.column_attrs.keys()
Page = TypeVar("Page", bound=Any)
Options = ParamSpec("Options")
Read = Callable[Concatenate[AsyncSession, Options], Awaitable[Page]]
log = get_logger()


def install(app: FastAPI) -> None:
    app.include_router(APIRouter(lifespan=caching))


@asynccontextmanager
async def caching(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    url = settings.redis_url or ("" if settings.production else "mem://")
    if not url:  # one process cannot tell the others what to forget
        yield
        return
    shelf.open(url, settings.secret_key)
    with told_to(shelf.forget):
        yield
    await shelf.close()


class Shelf:
    def __init__(self) -> None:
        self.cache = Cache()
        self.outdated: set[str] = set()
        self.away_until = 0.0
        self.is_open = False

    def open(self, url: str, secret: str) -> None:
        """Keep lists there: signed, since they are pickled, and under a name apart."""
        options: dict[str, Any] = {"secret": secret, "digestmod": "sha256"}
        if not url.startswith("mem:"):
            options["suppress"] = False  # errors: they are dealt with here
        self.cache.setup(url, (self._patiently,), **options)
        self.name = sha256(secret.encode()).hexdigest()[:16]
        self.is_open = True

    async def close(self) -> None:
        # cashews 7.6 closes Redis by a name that is deprecated.
        with catch_warnings(action="ignore", category=DeprecationWarning):
            await self.cache.close()
        self.outdated, self.away_until, self.is_open = set(), 0.0, False

    async def recall(self, audience: str, key: str) -> tuple[str, Any]:
        """Return the version that holds, and the page that was kept under it if any."""
        await self._catch_up()
        place = f"{self.name}:{audience}"
        version, kept = await self.cache.get_many(place, f"{place}:{key}")
        if version is None:
            version = uuid4().hex
            await self.cache.set(place, version, "1d", exist=False)
        elif kept and kept[0] == version and audience not in self.outdated:
            page = kept[1]
            return version, page._replace(items=[Item(**row) for row in page.items])
        return version, None

    async def keep(self, audience: str, key: str, version: str, page: Any) -> None:
        rows = [{name: getattr(item, name) for name in COLUMNS} for item in page.items]
        value = (version, page._replace(items=rows))
        await self.cache.set(f"{self.name}:{audience}:{key}", value, LIFETIME)

    async def forget(self, changes: Sequence[Change]) -> None:
        """Give a new version to all whom these changes concern."""
        self.outdated.update(*(audiences_of(change.item) for change in changes))
        await self._catch_up()

    async def _catch_up(self) -> None:
        """Say what is out of date. What Redis does not hear, it is told later."""
        for audience in tuple(self.outdated):
            place = f"{self.name}:{audience}"
            if await self.cache.set(place, uuid4().hex, "1d"):
                self.outdated.discard(audience)

    async def _patiently(
        self, call: Callable[..., Awaitable[Any]], *command: Any, **values: Any
    ) -> Any:
        """Do without Redis rather than wait for it."""
        _name, _backend, *keys = command
        if monotonic() >= self.away_until:
            try:
                async with asyncio.timeout(PATIENCE):
                    return await call(*keys, **values)
            except (CacheError, OSError, RedisError) as error:
                self.away_until = monotonic() + PAUSE
                log.warning("cache_without_redis", exc_info=error)
        return ()


shelf = Shelf()


def cached(read: Read[Options, Page]) -> Read[Options, Page]:
    """Read a page again only when an item has changed that its reader would see."""

    @wraps(read)
    async def recall_or_read(
        session: AsyncSession, /, *args: Options.args, **options: Options.kwargs
    ) -> Page:
        if not shelf.is_open or session.info.get("changes"):  # which others may not see
            return await read(session, *args, **options)
        audience = audience_of(session)
        key = f"{read.__name__}:{args}:{sorted(options.items())}"
        version, page = await shelf.recall(audience, key)
        if page is None:
            page = await read(session, *args, **options)
            await shelf.keep(audience, key, version, page)
        kept: Page = page
        return kept

    return recall_or_read
