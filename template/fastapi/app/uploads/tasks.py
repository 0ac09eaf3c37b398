"""Tasks of uploads."""

from datetime import timedelta

from structlog import get_logger

from app.state import State
from app.tasks.registry import scheduled
from app.uploads.sweep import delete_files_without_row, delete_rows_without_file

log = get_logger()


@scheduled(every=timedelta(minutes=15))
async def sweep_uploads(state: State) -> None:
    """Delete what crashes and deleted users leave."""
    database, directory = state["database"], state["settings"].uploads_dir
    files = await delete_files_without_row(database, directory)
    rows = await delete_rows_without_file(database, directory)
    log.info("uploads_swept", files=files, rows=rows)
