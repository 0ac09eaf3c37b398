"""Files in requests and responses."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest

from app.database import release_connection
from app.uploads.content import SANDBOX
from app.uploads.models import Upload
from app.uploads.service import NoFile, UploadNotFound, get_storage

BLOCK_SIZE = 64 * 1024


def get_file(request: HttpRequest) -> UploadedFile[bytes]:
    """Return the file of a form. Django has written a large one to the disk."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise NoFile
    return file


def send_file(upload: Upload) -> FileResponse:
    """Return a response that browsers save instead of displaying it."""
    try:
        file = get_storage().open(upload.pk.hex)
    except FileNotFoundError:
        raise UploadNotFound from None
    release_connection()  # The client may be slow.
    response = FileResponse(
        file,
        as_attachment=True,
        filename=upload.name,
        content_type=upload.type,
        headers=SANDBOX,
    )
    response.block_size = BLOCK_SIZE
    return response
