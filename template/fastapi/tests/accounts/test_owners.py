from decimal import Decimal

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.owners import work_for
from app.items import service
from app.items.models import Item
from tests.accounts.people import add_user


async def names(session: AsyncSession) -> list[str]:
    return [item.name for item in (await service.list_items(session)).items]


async def test_each_sees_their_own_and_staff_see_everything(app: FastAPI) -> None:
    sessions = app.state.database.session
    async with sessions() as session:
        ada, bob = [await add_user(session, f"{name}@example.org") for name in "ab"]
        staff = await add_user(session, "staff@example.org", is_staff=True)
        nobodys = await service.create_item(session, name="Pen", price=Decimal(1))
        await session.commit()
    async with sessions() as session:
        work_for(session, ada)
        mine = await service.create_item(session, name="Pen", price=Decimal(2))
        await session.commit()
        assert mine.owner_id == ada.id
        assert await names(session) == ["Pen"]
    async with sessions() as session:
        work_for(session, bob)
        assert await names(session) == []
        assert await session.scalar(select(func.count()).select_from(Item)) == 0
        for item in (mine, nobodys):
            with pytest.raises(service.ItemNotFound):
                await service.update_item(session, item_id=item.id, name="Ink")
            with pytest.raises(service.ItemNotFound):
                await service.delete_item(session, item_id=item.id)
    async with sessions() as session:
        work_for(session, staff)
        await service.update_item(session, item_id=mine.id, name="Ink")
        await session.commit()
        assert await names(session) == ["Pen", "Ink"]
        assert (await service.get_item(session, item_id=mine.id)).owner_id == ada.id
