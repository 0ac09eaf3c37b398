"""Files in the uploads directory: receiving, checking, storing and sending them."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import Request
from fastapi.responses import FileResponse
from starlette.datastructures import UploadFile

from app.errors import Invalid, NotFound, UnsupportedMediaType
from app.uploads import content
from app.uploads.models import Upload


class FileMissing(NotFound):
    code, detail = "upload_not_found", "There is no such file."


class NotAForm(UnsupportedMediaType):
    detail = "Send the file as multipart/form-data."


class NoFile(Invalid):
    code, detail = "file_missing", "Send one file, in the field file."


@asynccontextmanager
async def receive_file(request: Request) -> AsyncIterator[UploadFile]:
    """Read the form. A large file is written to a temporary file without a name.

    Call it after the sender is authorised, and with no transaction open: it takes as
    long as the sender takes.
    """
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        raise NotAForm
    async with request.form(max_files=1, max_fields=1) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise NoFile
        yield file


async def detect_type(file: UploadFile) -> str:
    """Return the media type by the content of the file."""
    return await run_sync(content.detect_type, file.file)


async def store_file(file: UploadFile, path: Path) -> None:
    await run_sync(_store, file.file, path)


async def delete_file(path: Path) -> None:
    await run_sync(lambda: path.unlink(missing_ok=True))


def get_path(directory: Path, upload_id: UUID) -> Path:
    return directory / upload_id.hex


async def send_file(directory: Path, upload: Upload) -> FileResponse:
    """Return a response that browsers save instead of displaying it."""
    path = get_path(directory, upload.id)
    if not await run_sync(path.is_file):
        raise FileMissing
    return FileResponse(
        path, headers=content.SANDBOX, media_type=upload.type, filename=upload.name
    )


def _store(file: BinaryIO, path: Path) -> None:
    """Write the file, and wait until it is on the disk."""
    file.seek(0)
    with path.open("xb") as target:
        shutil.copyfileobj(file, target)
        target.flush()
        os.fsync(target.fileno())
