"""Deletes files without a row, and rows without a file."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import batched
from uuid import UUID

import structlog
from django.core.files.storage import Storage
from django.utils import timezone

from app.uploads.models import Upload

MIN_AGE = timedelta(hours=1)  # the row of a younger file may not be committed yet
BATCH_SIZE = 500
NAME = re.compile("[0-9a-f]{32}")
log = structlog.get_logger(__name__)


def delete_files_without_row(storage: Storage) -> int:
    """Return the number of deleted files: of crashes, and of users who are deleted."""
    count = 0
    for batch in batched(_find_old_files(storage), BATCH_SIZE):
        ids = [UUID(name) for name in batch]
        known = set(Upload.objects.filter(pk__in=ids).values_list("pk", flat=True))
        for upload_id in {*ids} - known:
            storage.delete(upload_id.hex)
            count += 1
    return count


def delete_rows_without_file(storage: Storage) -> int:
    """Return the number of deleted rows: of files that were deleted by hand."""
    count, last = 0, UUID(int=0)
    old = Upload.objects.filter(created_at__lt=timezone.now() - MIN_AGE).order_by("pk")
    while batch := list(old.filter(pk__gt=last)[:BATCH_SIZE]):
        _, names = storage.listdir("")
        if not names:
            # More likely its volume is not mounted than all files are deleted.
            log.warning("uploads_directory_is_empty")
            return count
        last = batch[-1].pk
        missing = [row.pk for row in batch if not storage.exists(row.pk.hex)]
        Upload.objects.filter(pk__in=missing).delete()
        count += len(missing)
    return count


def _find_old_files(storage: Storage) -> Iterator[str]:
    newest = timezone.now() - MIN_AGE
    _, names = storage.listdir("")
    for name in names:
        if NAME.fullmatch(name) and storage.get_modified_time(name) < newest:
            yield name
