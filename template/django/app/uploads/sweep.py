"""Deletes files without a row, and rows without a file."""

import re
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
    _, names = storage.listdir("")
    newest = timezone.now() - MIN_AGE
    for batch in batched(filter(NAME.fullmatch, names), BATCH_SIZE):
        ids = [UUID(name) for name in batch]
        known = set(Upload.objects.filter(pk__in=ids).values_list("pk", flat=True))
        for name in {upload_id.hex for upload_id in {*ids} - known}:
            if storage.get_modified_time(name) < newest:
                storage.delete(name)
                count += 1
    return count


def delete_rows_without_file(storage: Storage) -> int:
    """Return the number of deleted rows: of files that were deleted by hand."""
    count, last = 0, UUID(int=0)
    old = Upload.objects.filter(created_at__lt=timezone.now() - MIN_AGE).order_by("pk")
    _, names = storage.listdir("")
    present = {*names}
    while batch := list(old.filter(pk__gt=last)[:BATCH_SIZE]):
        if not present:
            # More likely its volume is not mounted than all files are deleted.
            log.warning("uploads_directory_is_empty")
            return count
        last = batch[-1].pk
        missing = [row.pk for row in batch if row.pk.hex not in present]
        Upload.objects.filter(pk__in=missing).delete()
        count += len(missing)
    return count
