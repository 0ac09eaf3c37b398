"""Deletes files without a row, and rows without a file."""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from time import time
from uuid import UUID

from sqlalchemy import delete, select
from structlog import get_logger

from app.database import now
from app.extensions import db
from app.uploads.files import delete_file, get_path
from app.uploads.models import Upload

MIN_AGE = timedelta(hours=1)  # the row of a younger file may not be committed yet
BATCH_SIZE = 500
NAME = re.compile("[0-9a-f]{32}")
log = get_logger()


def delete_files_without_row(directory: Path) -> int:
    """Delete the files that crashes and deleted users left. Return their number."""
    files, count = _find_old_files(directory), 0
    while batch := set(islice(files, BATCH_SIZE)):
        query = select(Upload.id).where(Upload.id.in_(batch))
        known = set(db.session.scalars(query))
        db.session.rollback()
        for upload_id in batch - known:
            delete_file(get_path(upload_id))
            count += 1
    return count


def delete_rows_without_file(directory: Path) -> int:
    """Delete the rows whose file was deleted by hand. Return their number."""
    count, last = 0, UUID(int=0)
    is_old = Upload.created_at < now() - MIN_AGE
    while True:
        query = select(Upload.id).where(is_old, Upload.id > last).order_by(Upload.id)
        batch = db.session.scalars(query.limit(BATCH_SIZE)).all()
        db.session.rollback()
        if not batch:
            return count
        if not any(directory.iterdir()):
            # More likely its volume is not mounted than all files are deleted.
            log.warning("uploads_directory_is_empty")
            return count
        last = batch[-1]
        missing = [upload_id for upload_id in batch if not get_path(upload_id).exists()]
        db.session.execute(delete(Upload).where(Upload.id.in_(missing)))
        db.session.commit()
        count += len(missing)


def _find_old_files(directory: Path) -> Iterator[UUID]:
    newest = time() - MIN_AGE.total_seconds()
    with os.scandir(directory) as entries:
        for entry in entries:
            if NAME.fullmatch(entry.name) and entry.stat().st_mtime < newest:
                yield UUID(entry.name)
