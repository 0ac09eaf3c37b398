"""Delete files without a row, and rows without a file: `python -m app.uploads`."""

import asyncio
import sys

from app.database import open_database
from app.settings import Settings, load_settings
from app.uploads.sweep import delete_files_without_row, delete_rows_without_file


async def main(settings: Settings) -> None:
    directory = settings.uploads_dir
    async with open_database(settings) as database:
        files = await delete_files_without_row(database, directory)
        rows = await delete_rows_without_file(database, directory)
    sys.stdout.write(f"{files} files and {rows} rows deleted.\n")


if __name__ == "__main__":
    asyncio.run(main(load_settings()))
