"""Delete the files that no row names: `python -m app.uploads.sweep`.

A crash can leave one, and an owner who is deleted leaves all they had. What came
within the last hour stays: its row may be on the way.
"""

import asyncio
import sys
from time import time

from sqlalchemy import select

from app.database import Database
from app.settings import Settings, load_settings
from app.uploads.models import Upload

HOUR = 3600


async def known(database: Database) -> set[str]:
    async with database.session() as session:
        ids = set(await session.scalars(select(Upload.id)))
    await database.engine.dispose()
    return {upload_id.hex for upload_id in ids}


def sweep(settings: Settings) -> int:
    names, swept = asyncio.run(known(Database(settings.database_url))), 0
    for path in settings.uploads_dir.glob("[0-9a-f]" * 32):
        if path.name not in names and path.stat().st_mtime < time() - HOUR:
            path.unlink()
            swept += 1
    return swept


if __name__ == "__main__":
    sys.stdout.write(f"{sweep(load_settings())} files deleted.\n")
