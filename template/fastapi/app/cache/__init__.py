"""A cache for lists of items, kept for each audience apart until an item changes.

It is in Redis, in development in memory. A list is kept under the version that its
audience had when it was read. Whatever changes gives its audiences a new version: a
list that was under way meanwhile is not found any more.
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
from weakref import WeakKeyDictionary

from cashews import Cache
from cashews.exceptions import CacheError
from fastapi import APIRouter, FastAPI
from redis.exceptions import RedisError
from sqlalchemy import Connection, Engine
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
    engine = app.state.database.engine.sync_engine
    shelf = shelves[engine] = Shelf(url, settings.secret_key)
    with told_to(shelf.forget):
        yield
    # cashews 7.6 closes Redis by a name that is deprecated.
    with catch_warnings(action="ignore", category=DeprecationWarning):
        await shelf.cache.close()


class Shelf:
    def __init__(self, url: str, secret: str) -> None:
        """Keep lists there: signed, since they are pickled, and under a name apart."""
        options: dict[str, Any] = {"secret": secret, "digestmod": "sha256"}
        if not url.startswith("mem:"):
            options["suppress"] = False  # errors: they are dealt with here
        self.cache = Cache()
        self.cache.setup(url, (self._patiently,), **options)
        self.name = sha256(secret.encode()).hexdigest()[:16]
        self.outdated: set[str] = set()
        self.away_until = 0.0

    async def place(self, audience: str) -> str:
        """Say where lists are that are good for an audience until something changes."""
        await self._catch_up()
        key = f"{self.name}:{audience}"
        version = await self.cache.get(key)
        if not version or audience in self.outdated:
            version = uuid4().hex
            await self.cache.set(key, version, "1d", exist=False)
        return f"{key}:{version}"

    async def forget(self, changes: Sequence[Change]) -> None:
        """Give a new version to all whom these changes concern."""
        self.outdated.update(*(audiences_of(change.item) for change in changes))
        await self._catch_up()

    async def _catch_up(self) -> None:
        """Say what is out of date. What Redis does not hear, it is told later."""
        for audience in tuple(self.outdated):
            if await self.cache.set(f"{self.name}:{audience}", uuid4().hex, "1d"):
                self.outdated.discard(audience)

    async def _patiently(
        self, call: Callable[..., Awaitable[Any]], *_: Any, **values: Any
    ) -> Any:
        """Do without Redis rather than wait for it."""
        if monotonic() >= self.away_until:
            try:
                async with asyncio.timeout(PATIENCE):
                    return await call(**values)
            except (CacheError, OSError, RedisError) as error:
                self.away_until = monotonic() + PAUSE
                log.warning("cache_without_redis", exc_info=error)
        return None


# Those that are open, by the database that their lists are from.
shelves: WeakKeyDictionary[Engine | Connection, Shelf] = WeakKeyDictionary()


def cached(read: Read[Options, Page]) -> Read[Options, Page]:
    """Read a page again only when an item has changed that its reader would see."""

    @wraps(read)
    async def recall_or_read(
        session: AsyncSession, /, *args: Options.args, **options: Options.kwargs
    ) -> Page:
        shelf = shelves.get(session.get_bind())
        if not shelf or session.info.get("changes"):  # which others may not see
            return await read(session, *args, **options)
        place = await shelf.place(audience_of(session))
        key = f"{place}:{read.__name__}:{args}:{sorted(options.items())}"
        if kept := await shelf.cache.get(key):
            page: Page = kept._replace(items=[Item(**row) for row in kept.items])
            return page
        page = await read(session, *args, **options)
        rows = [{name: getattr(item, name) for name in COLUMNS} for item in page.items]
        await shelf.cache.set(key, page._replace(items=rows), LIFETIME)
        return page

    return recall_or_read
