"""Files in the uploads directory: receiving, storing and sending them."""

import os
import shutil
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from flask import Request, Response, current_app, send_file
from werkzeug.exceptions import BadRequest
from werkzeug.formparser import FormDataParser

from app.errors import NotFound
from app.uploads.content import SANDBOX
from app.uploads.models import Upload


class FileMissing(NotFound):
    code, detail = "upload_not_found", "There is no such file."


class StrictFormParser(FormDataParser):
    """Refuses malformed forms, which Werkzeug treats as empty."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options | {"silent": False})

    def parse(self, *arguments: Any, **options: Any) -> Any:
        try:
            return super().parse(*arguments, **options)
        except ValueError:
            raise BadRequest("The form is malformed.") from None


class UploadRequest(Request):
    form_data_parser_class = StrictFormParser


def get_path(upload_id: UUID) -> Path:
    directory: Path = current_app.config["UPLOADS_DIR"]
    return directory / upload_id.hex


def store_file(file: IO[bytes], path: Path) -> None:
    """Write the file, and wait until it is on the disk."""
    file.seek(0)
    with path.open("xb") as target:
        shutil.copyfileobj(file, target)
        target.flush()
        os.fsync(target.fileno())


def delete_file(path: Path) -> None:
    path.unlink(missing_ok=True)


def send_upload(upload: Upload) -> Response:
    """Return a response that browsers save instead of displaying it."""
    path = get_path(upload.id)
    if not path.is_file():
        raise FileMissing
    response = send_file(
        path, mimetype=upload.type, as_attachment=True, download_name=upload.name
    )
    response.headers.update(SANDBOX)
    response.headers["Cache-Control"] = "no-store"
    return response
