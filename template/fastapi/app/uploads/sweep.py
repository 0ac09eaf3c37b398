"""Deletes files without a row, and rows without a file."""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from time import time
from uuid import UUID

from anyio.to_thread import run_sync
from sqlalchemy import delete, select
from structlog import get_logger

from app.database import Database, now
from app.uploads.files import delete_file, get_path
from app.uploads.models import Upload

MIN_AGE = timedelta(hours=1)  # the row of a younger file may not be committed yet
BATCH_SIZE = 500
NAME = re.compile("[0-9a-f]{32}")
log = get_logger()


async def delete_files_without_row(database: Database, directory: Path) -> int:
    """Delete the files that crashes and deleted users left. Return their number."""
    files, count = _find_old_files(directory), 0
    while batch := await run_sync(lambda: set(islice(files, BATCH_SIZE))):
        async with database.session(writes=False) as session:
            query = select(Upload.id).where(Upload.id.in_(batch))
            known = set(await session.scalars(query))
        for upload_id in batch - known:
            await delete_file(get_path(directory, upload_id))
            count += 1
    return count


async def delete_rows_without_file(database: Database, directory: Path) -> int:
    """Delete the rows whose file was deleted by hand. Return their number."""
    count, last = 0, UUID(int=0)
    is_old = Upload.created_at < now() - MIN_AGE
    while True:
        query = select(Upload.id).where(is_old, Upload.id > last).order_by(Upload.id)
        async with database.session(writes=False) as session:
            batch = (await session.scalars(query.limit(BATCH_SIZE))).all()
        if not batch:
            return count
        if not await run_sync(lambda: any(directory.iterdir())):
            # More likely its volume is not mounted than all files are deleted.
            log.warning("uploads_directory_is_empty")
            return count
        last = batch[-1]
        missing = [
            i for i in batch if not await run_sync(get_path(directory, i).exists)
        ]
        async with database.session() as session:
            await session.execute(delete(Upload).where(Upload.id.in_(missing)))
            await session.commit()
        count += len(missing)


def _find_old_files(directory: Path) -> Iterator[UUID]:
    newest = time() - MIN_AGE.total_seconds()
    with os.scandir(directory) as entries:
        for entry in entries:
            if NAME.fullmatch(entry.name) and entry.stat().st_mtime < newest:
                yield UUID(entry.name)
