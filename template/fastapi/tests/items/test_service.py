from datetime import timedelta
from decimal import Decimal

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.items import service
from app.seed import ITEMS, seed

NAME = "Pen \U0001f58b"


async def test_an_item_is_kept_changed_and_deleted(session: AsyncSession) -> None:
    item = await service.create_item(session, name=NAME, price=Decimal(9))
    await session.refresh(item)
    assert (item.name, item.description, str(item.price)) == (NAME, "", "9.00")
    assert item.created_at.utcoffset() == timedelta(0)
    await service.update_item(session, item_id=item.id, name="Ink")
    assert item.updated_at > item.created_at
    await service.delete_item(session, item_id=item.id)
    with pytest.raises(service.ItemNotFound):
        await service.delete_item(session, item_id=item.id)


async def test_names_differ_by_code_point(session: AsyncSession) -> None:
    for name in ("cafe", "café", "Cafe"):
        await service.create_item(session, name=name, price=Decimal(1))
    with pytest.raises(service.NameTaken):
        await service.create_item(session, name="café", price=Decimal(1))


async def test_pages_hold_each_item_once(session: AsyncSession) -> None:
    for name in "abc":
        await service.create_item(session, name=name, price=Decimal(1))
    first, more = await service.list_items(session, limit=2)
    place = (first[-1].created_at, first[-1].id)
    rest, _ = await service.list_items(session, limit=1, after=place)
    assert ([item.name for item in (*first, *rest)], more) == ([*"abc"], True)


async def test_seeds_are_sown_once(app: FastAPI, session: AsyncSession) -> None:
    for _ in range(2):
        await seed(app.state.database)
    assert len((await service.list_items(session)).items) == len(ITEMS)
