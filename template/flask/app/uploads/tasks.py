"""Tasks of uploads."""

from datetime import timedelta

from flask import current_app
from structlog import get_logger

from app.tasks.registry import scheduled
from app.uploads.sweep import delete_files_without_row, delete_rows_without_file

log = get_logger()


@scheduled(every=timedelta(minutes=15))
def sweep_uploads() -> None:
    """Delete what crashes and deleted users leave."""
    directory = current_app.config["UPLOADS_DIR"]
    files = delete_files_without_row(directory)
    rows = delete_rows_without_file(directory)
    log.info("uploads_swept", files=files, rows=rows)
