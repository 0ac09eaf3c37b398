"""Some items to look at: `python -m app.seed`. Those that exist already stay."""

import asyncio
from contextlib import suppress
from decimal import Decimal

from app.database import Database
from app.items.service import NameTaken, create_item
from app.settings import load_settings

ITEMS = {"Notebook": "4.50", "Fountain pen": "39.00", "Ink, 30 ml": "9.00"}


async def seed(database: Database) -> None:
    async with database.session() as session:
        for name, price in ITEMS.items():
            with suppress(NameTaken):
                await create_item(session, name=name, price=Decimal(price))
                await session.commit()
    await database.engine.dispose()


if __name__ == "__main__":
    asyncio.run(seed(Database(load_settings().database_url)))
