"""Tasks of uploads."""

import structlog
from django.tasks import task

from app.uploads.service import get_storage
from app.uploads.sweep import delete_files_without_row, delete_rows_without_file

log = structlog.get_logger(__name__)


@task
def sweep_uploads() -> None:
    """Delete what crashes and deleted users leave."""
    files = delete_files_without_row(get_storage())
    rows = delete_rows_without_file(get_storage())
    log.info("uploads_swept", files=files, rows=rows)
