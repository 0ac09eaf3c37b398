"""Deleting what has expired: `python -m app.accounts.cleanup`."""

import asyncio
import sys

from app.accounts.service import delete_expired
from app.database import open_database
from app.settings import load_settings


async def main() -> None:
    async with (
        open_database(load_settings()) as database,
        database.unit_of_work() as unit_of_work,
    ):
        count = await delete_expired(unit_of_work.session)
    sys.stdout.write(f"Deleted {count} expired rows.\n")


if __name__ == "__main__":
    asyncio.run(main())
