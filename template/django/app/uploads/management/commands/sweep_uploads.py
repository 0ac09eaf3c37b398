"""Delete what crashes and deleted users leave: `poe sweep-uploads`. Run it hourly."""

from django.core.management.base import BaseCommand

from app.uploads.service import get_storage
from app.uploads.sweep import delete_files_without_row, delete_rows_without_file


class Command(BaseCommand):
    help = "Delete files without a row, and rows without a file."

    def handle(self, *_args: object, **_options: object) -> None:
        files = delete_files_without_row(get_storage())
        rows = delete_rows_without_file(get_storage())
        self.stdout.write(f"{files} files and {rows} rows deleted.")
