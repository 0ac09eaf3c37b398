"""Delete files without a row, and rows without a file: `python -m app.uploads`."""

import sys

from app.main import create_app
from app.settings import load_settings
from app.uploads.sweep import delete_files_without_row, delete_rows_without_file


def main() -> None:
    settings = load_settings()
    with create_app(settings).app_context():
        files = delete_files_without_row(settings.uploads_dir)
        rows = delete_rows_without_file(settings.uploads_dir)
    sys.stdout.write(f"{files} files and {rows} rows deleted.\n")


if __name__ == "__main__":
    main()
