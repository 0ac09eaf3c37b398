import asyncio
import socket
from time import monotonic
from typing import Any

import pytest
from pydantic import BaseModel, Field
from structlog.testing import capture_logs

import app.cache
from app.cache import Cache, fingerprint, open_cache
from app.settings import Settings

SHORT = 0.5  # seconds: longer than all waits for Redis together


class Stock(BaseModel):
    count: int


class Counter:
    """Loads a value that nobody has loaded before."""

    def __init__(self) -> None:
        self.count = 0

    async def load(self) -> Stock:
        self.count += 1
        return Stock(count=self.count)


async def read(cache: Cache, counter: Counter, viewer: str = "ada") -> int:
    stock = await cache.get_or_set(
        Stock, "stock", viewer=viewer, key="all", load=counter.load
    )
    return stock.count


@pytest.fixture
def cache() -> Cache:
    return Cache("mem://?check_interval=0", namespace="test")


async def test_a_value_is_stored_for_one_viewer_until_it_is_invalidated(
    cache: Cache,
) -> None:
    counter = Counter()
    assert [await read(cache, counter) for _ in range(2)] == [1, 1]
    assert await read(cache, counter, "bob") == 2
    await cache.invalidate("stock", viewers=["ada", "staff"])
    assert await read(cache, counter) == 3
    assert await read(cache, counter, "bob") == 2


async def test_a_request_that_began_before_a_change_stores_nothing_that_is_found(
    cache: Cache,
) -> None:
    async def load() -> Stock:
        await cache.invalidate("stock", viewers=["ada"])
        return Stock(count=0)

    await cache.get_or_set(Stock, "stock", viewer="ada", key="all", load=load)
    assert await read(cache, Counter()) == 1


async def test_no_connection_is_held_while_redis_is_asked(
    state: State, cache: Cache
) -> None:
    database, checked_out = state["database"], []

    async def load() -> Stock:
        checked_out.append(database.engine.pool.checkedout())
        return Stock(count=0)

    async with database.session() as session:
        await session.execute(text("SELECT 1"))
        assert database.engine.pool.checkedout() == 1
        await cache.get_or_set(
            session, Stock, "stock", viewer="ada", key="all", load=load
        )
    assert checked_out == [0]


async def test_releases_with_other_fields_do_not_share_values(cache: Cache) -> None:
    class OtherStock(BaseModel):
        count: int
        unit: str = "kg"

    async def load() -> OtherStock:
        return OtherStock(count=7)

    await read(cache, Counter())
    other = await cache.get_or_set(
        OtherStock, "stock", viewer="ada", key="all", load=load
    )
    assert other.count == 7
    assert await read(cache, Counter()) == 1


async def test_a_value_that_another_release_would_not_accept_is_loaded(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SmallStock(BaseModel):
        count: int = Field(lt=1)

    async def load() -> SmallStock:
        return SmallStock(count=0)

    monkeypatch.setattr(app.cache, "fingerprint", lambda _: fingerprint(Stock))
    await read(cache, Counter())
    stock = await cache.get_or_set(
        SmallStock, "stock", viewer="ada", key="all", load=load
    )
    assert stock.count == 0


@pytest.mark.parametrize("listening", [True, False], ids=["silent", "away"])
async def test_without_redis_values_are_loaded_and_invalidations_replayed_later(
    *, listening: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, capture_logs() as lines:
        port = server.getsockname()[1] if listening else 1
        cache, counter = Cache(f"redis://127.0.0.1:{port}", namespace="test"), Counter()
        start = monotonic()
        assert [await read(cache, counter) for _ in range(3)] == [1, 2, 3]
        await cache.invalidate("stock", viewers=["ada"])
        assert monotonic() - start < SHORT
        await cache.close()
    assert [line["event"] for line in lines] == ["redis_unavailable"]
    cache.backend.setup("mem://?check_interval=0")  # Redis is back
    assert [await read(cache, counter) for _ in range(2)] == [4, 5]
    await cache.replay_invalidations()
    assert [await read(cache, counter) for _ in range(2)] == [6, 6]


async def test_it_replays_in_the_background(
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
    settings: Settings,
) -> None:
    update: dict[str, Any] = {"environment": "production", "redis_url": ""}
    async with open_cache(settings.model_copy(update=update)) as cache:
        counter = Counter()
        assert [await read(cache, counter) for _ in range(2)] == [1, 2]
        await cache.invalidate("stock", viewers=["ada"])
        assert not cache.repeats
