import socket
from collections.abc import Iterator
from decimal import Decimal
from time import monotonic

import pytest
from fastapi import FastAPI
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from app.cache import caching, shelf
from app.items import service
from app.items.changes import Change, audience_of, audiences_of
from app.items.models import Item


async def names(app: FastAPI) -> list[str]:
    async with app.state.database.session() as session:
        return [item.name for item in (await service.list_items(session)).items]


async def add(session: AsyncSession, name: str) -> Item:
    item = await service.create_item(session, name=name, price=Decimal("1.50"))
    await session.commit()
    return item


async def rename_behind_its_back(session: AsyncSession, name: str) -> None:
    await session.execute(update(Item).values(name=name))
    await session.commit()


async def test_a_list_is_read_again_when_an_item_has_changed(
    app: FastAPI, session: AsyncSession
) -> None:
    assert await names(app) == []
    item = await add(session, "Pen")
    assert await names(app) == ["Pen"]
    await rename_behind_its_back(session, "Ink")
    page = await service.list_items(session)
    assert [(kept.name, kept.price) for kept in page.items] == [("Pen", item.price)]
    await service.update_item(session, item_id=item.id, description="Blue")
    await session.commit()
    assert await names(app) == ["Ink"]


async def test_a_list_is_kept_for_each_audience_apart(
    app: FastAPI, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(session, "Pen")
    assert await names(app) == ["Pen"]
    await rename_behind_its_back(session, "Ink")
    monkeypatch.setattr("app.cache.audience_of", lambda _: "somebody else")
    assert await names(app) == ["Ink"]


async def test_what_is_not_committed_is_not_kept(
    app: FastAPI, session: AsyncSession
) -> None:
    await service.create_item(session, name="Pen", price=Decimal(1))
    assert len((await service.list_items(session)).items) == 1
    await session.rollback()
    assert await names(app) == []


@pytest.mark.usefixtures("app")
async def test_a_list_that_was_under_way_during_a_change_does_not_count(
    session: AsyncSession,
) -> None:
    audience, old = audience_of(session), await service.list_items(session)
    version, _ = await shelf.recall(audience, "key")
    await shelf.forget([Change("created", await add(session, "Pen"))])
    await shelf.keep(audience, "key", version, old)
    assert (await shelf.recall(audience, "key"))[1] is None


@pytest.fixture(params=["gone", "silent"])
def redis_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the address of a server that has gone, or says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1] if request.param == "silent" else 1
        yield f"redis://127.0.0.1:{port}/0"


async def test_the_service_goes_on_without_redis(
    app: FastAPI, session: AsyncSession, redis_url: str
) -> None:
    start, secret = monotonic(), app.state.settings.secret_key
    await shelf.close()
    shelf.open(redis_url, secret)
    with capture_logs() as lines:
        for name in "abc":
            await add(session, name)
            assert (await names(app))[-1] == name
    assert monotonic() - start < 1
    assert [line["event"] for line in lines].count("cache_without_redis") == 1
    assert shelf.outdated == audiences_of(Item())
    shelf.open("mem://", secret)
    shelf.away_until = 0
    assert await names(app) == [*"abc"]
    assert not shelf.outdated


async def test_in_production_there_is_none_without_redis(app: FastAPI) -> None:
    await shelf.close()
    production = {"environment": "production"}
    app.state.settings = app.state.settings.model_copy(update=production)
    async with caching(app):
        assert not shelf.is_open
