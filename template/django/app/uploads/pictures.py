"""Public pictures: those of pages and products, in Django's default storage."""

from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from app.uploads.content import SANDBOX

TYPES = {
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}


@require_safe
def picture(request: HttpRequest, folder: str, name: str) -> FileResponse:
    """Send a picture. Its name is another one when the picture changes.

    Staff upload pictures, and forms check that their content fits their name.
    """
    path = f"{folder}/{name}"
    content_type = TYPES.get(PurePosixPath(name).suffix.lower())
    if content_type is None or not default_storage.exists(path):
        raise Http404
    return FileResponse(
        default_storage.open(path),
        content_type=content_type,
        headers=SANDBOX | {"Cache-Control": "public, max-age=31536000, immutable"},
    )
