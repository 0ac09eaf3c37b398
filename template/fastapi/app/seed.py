"""Some items to look at: `python -m app.seed`. It adds none where there are any."""

import asyncio
from decimal import Decimal

from app.database import Database
from app.items.service import create_item, list_items
from app.settings import load_settings

ITEMS = {"Notebook": "4.50", "Fountain pen": "39.00", "Ink, 30 ml": "9.00"}


async def seed(database: Database) -> None:
    async with database.session.begin() as session:
        if not (await list_items(session)).items:
            for name, price in ITEMS.items():
                await create_item(session, name=name, price=Decimal(price))
    await database.engine.dispose()


if __name__ == "__main__":
    asyncio.run(seed(Database(load_settings().database_url)))
