import socket
from decimal import Decimal
from time import monotonic

import pytest
from fastapi import FastAPI
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from app.cache import cached, caching, shelves
from app.items import service
from app.items.changes import audiences_of
from app.items.models import Item


async def names(app: FastAPI) -> list[str]:
    async with app.state.database.session() as session:
        return [item.name for item in (await service.list_items(session)).items]


async def add(session: AsyncSession, name: str) -> Item:
    item = await service.create_item(session, name=name, price=Decimal("1.50"))
    await session.commit()
    return item


async def test_a_list_is_read_again_when_an_item_has_changed(
    app: FastAPI, session: AsyncSession
) -> None:
    assert await names(app) == []
    item = await add(session, "Pen")
    assert await names(app) == ["Pen"]
    await session.execute(update(Item).values(name="Ink"))  # behind its back
    await session.commit()
    page = await service.list_items(session)
    assert [(kept.name, kept.price) for kept in page.items] == [("Pen", item.price)]
    await service.update_item(session, item_id=item.id, description="Blue")
    await session.commit()
    assert await names(app) == ["Ink"]


async def test_what_is_not_committed_is_not_kept(
    app: FastAPI, session: AsyncSession
) -> None:
    await service.create_item(session, name="Pen", price=Decimal(1))
    assert len((await service.list_items(session)).items) == 1
    await session.rollback()
    assert await names(app) == []


async def test_a_list_that_was_under_way_during_a_change_does_not_count(
    app: FastAPI, session: AsyncSession
) -> None:
    @cached
    async def read(reader: AsyncSession) -> service.Page:
        page = await service.list_items(reader)
        await add(session, f"Pen {len(page.items)}")
        return page

    async with app.state.database.session() as reader:
        assert len((await read(reader)).items) == 0
        assert len((await read(reader)).items) == 1


@pytest.mark.parametrize("way", ["gone", "silent"])
async def test_the_service_goes_on_without_redis(
    app: FastAPI, session: AsyncSession, way: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, capture_logs() as lines:
        port = server.getsockname()[1] if way == "silent" else 1
        update = {"redis_url": f"redis://127.0.0.1:{port}/0"}
        app.state.settings = app.state.settings.model_copy(update=update)
        async with caching(app):
            start, shelf = monotonic(), shelves[session.get_bind()]
            for name in "abc":
                await add(session, name)
                assert (await names(app))[-1] == name
            assert monotonic() - start < 1
            assert shelf.outdated == audiences_of(Item())
            shelf.cache.setup("mem://")
            shelf.away_until = 0
            assert await names(app) == [*"abc"]
            assert not shelf.outdated
    assert [line["event"] for line in lines].count("cache_without_redis") == 1
