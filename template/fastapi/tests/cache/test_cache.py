import asyncio
import socket
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import pytest
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

import app.cache
from app.cache import Cache, fingerprint, open_cache
from app.redis import CircuitBreaker
from app.settings import Settings
from app.state import State

SHORT = 0.5  # seconds: longer than all waits for Redis together


class Stock(BaseModel):
    count: int


class Reader:
    """Reads a value from the cache; each time it is loaded, it counts up."""

    def __init__(self, session: AsyncSession, cache: Cache) -> None:
        self.session = session
        self.cache = cache
        self.count = 0

    async def load(self) -> Stock:
        self.count += 1
        return Stock(count=self.count)

    async def read(self, viewer: str = "ada") -> int:
        stock = await self.cache.get_or_set(
            self.session, Stock, "stock", viewer=viewer, key="all", load=self.load
        )
        return stock.count


@pytest.fixture
async def session(state: State) -> AsyncIterator[AsyncSession]:
    async with state["database"].session(writes=False) as session:
        yield session


@pytest.fixture
def reader(session: AsyncSession) -> Reader:
    return Reader(session, Cache("mem://?check_interval=0", namespace="test"))


async def test_a_value_is_stored_for_one_viewer_until_it_is_invalidated(
    reader: Reader,
) -> None:
    assert [await reader.read() for _ in range(2)] == [1, 1]
    assert await reader.read("bob") == 2
    await reader.cache.invalidate("stock", viewers=["ada", "eve"])
    assert await reader.read() == 3
    assert await reader.read("bob") == 2


async def test_a_value_that_was_read_before_a_change_is_not_used_after_it(
    reader: Reader,
) -> None:
    async def load() -> Stock:
        await reader.cache.invalidate("stock", viewers=["ada"])
        return Stock(count=0)

    await reader.cache.get_or_set(
        reader.session, Stock, "stock", viewer="ada", key="all", load=load
    )
    assert await reader.read() == 1


async def test_no_connection_is_held_while_redis_is_asked(
    reader: Reader, state: State
) -> None:
    pool = state["database"].engine.pool
    await reader.session.execute(text("SELECT 1"))
    before = pool.status()
    await reader.read()
    assert pool.status() != before


async def test_releases_with_other_fields_do_not_share_values(reader: Reader) -> None:
    class OtherStock(BaseModel):
        count: int
        unit: str = "kg"

    async def load() -> OtherStock:
        return OtherStock(count=7)

    await reader.read()
    other = await reader.cache.get_or_set(
        reader.session, OtherStock, "stock", viewer="ada", key="all", load=load
    )
    assert other.count == 7
    assert await reader.read() == 1


async def test_a_value_that_this_release_does_not_accept_is_loaded(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SmallStock(BaseModel):
        count: int = Field(lt=1)

    async def load() -> SmallStock:
        return SmallStock(count=0)

    monkeypatch.setattr(app.cache, "fingerprint", lambda _: fingerprint(Stock))
    await reader.read()
    stock = await reader.cache.get_or_set(
        reader.session, SmallStock, "stock", viewer="ada", key="all", load=load
    )
    assert stock.count == 0


@pytest.mark.parametrize("listening", [True, False], ids=["silent", "unreachable"])
async def test_without_redis_values_are_loaded_and_invalidations_replayed_later(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch, *, listening: bool
) -> None:
    monkeypatch.setattr(app.cache, "breaker", CircuitBreaker())
    with socket.create_server(("127.0.0.1", 0)) as server, capture_logs() as lines:
        port = server.getsockname()[1] if listening else 1
        cache = Cache(f"redis://127.0.0.1:{port}", namespace="test")
        reader = Reader(session, cache)
        start = monotonic()
        assert [await reader.read() for _ in range(3)] == [1, 2, 3]
        await cache.invalidate("stock", viewers=["ada"])
        assert monotonic() - start < SHORT
        await cache.close()
    assert [line["event"] for line in lines] == ["redis_unavailable"]
    cache.backend.setup("mem://?check_interval=0")  # Redis is back
    assert [await reader.read() for _ in range(2)] == [4, 5]
    await cache.replay_invalidations()
    assert [await reader.read() for _ in range(2)] == [6, 6]


async def test_invalidations_are_replayed_in_the_background(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    replayed = asyncio.Event()

    async def replay(_cache: Cache) -> None:
        replayed.set()

    monkeypatch.setattr(app.cache, "RETRY_DELAY", 0)
    monkeypatch.setattr(Cache, "replay_invalidations", replay)
    async with open_cache(settings), asyncio.timeout(5):
        await replayed.wait()


async def test_in_production_nothing_is_stored_without_redis(
    settings: Settings, session: AsyncSession
) -> None:
    update: dict[str, Any] = {"environment": "production", "redis_url": ""}
    async with open_cache(settings.model_copy(update=update)) as cache:
        reader = Reader(session, cache)
        assert [await reader.read() for _ in range(2)] == [1, 2]
        await cache.invalidate("stock", viewers=["ada"])
        assert not cache.missed
