"""Some items to look at: `python -m app.seed`. It adds none where there are any."""

import asyncio
from decimal import Decimal

from sqlalchemy import select

from app.database import Database
from app.items.models import Item
from app.settings import load_settings

ITEMS = {"Notebook": "4.50", "Fountain pen": "39.00", "Ink, 30 ml": "9.00"}


async def seed(database: Database) -> None:
    async with database.unit_of_work() as unit_of_work:
        if await unit_of_work.session.scalar(select(Item).limit(1)) is None:
            for name, price in ITEMS.items():
                unit_of_work.session.add(Item(name=name, price=Decimal(price)))
    await database.engine.dispose()


if __name__ == "__main__":
    asyncio.run(seed(Database(load_settings().database_url)))
