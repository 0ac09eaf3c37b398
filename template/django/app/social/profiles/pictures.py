"""The pictures of profiles: small, and without what cameras store in them."""

from io import BytesIO
from threading import Lock
from typing import IO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageOps

from app.errors import Invalid
from app.uploads.content import FORMATS, TypeRefused, detect_type

SIZE = (256, 256)
NAME = "profile-picture.jpg"
# A picture can take 100 MB while it is resized.
resizing = Lock()


class PictureRefused(Invalid):
    code, detail = "picture_refused", "This picture is damaged. Choose another one."


def create_picture(file: IO[bytes]) -> SimpleUploadedFile:
    """Return a square copy as a JPEG file. The location, for example, is not copied."""
    if not detect_type(file).startswith("image/"):
        raise TypeRefused("Choose a GIF, JPEG or PNG picture.")
    file.seek(0)
    content = BytesIO()
    with resizing:
        try:
            with Image.open(file, formats=FORMATS) as image:
                image.thumbnail((2 * SIZE[0], 2 * SIZE[1]))
                picture = ImageOps.exif_transpose(image).convert("RGBA")
        except Exception:  # Pillow raises many kinds for malformed files
            raise PictureRefused from None
    canvas = Image.new("RGBA", picture.size, "white")
    canvas.alpha_composite(picture)
    ImageOps.fit(canvas.convert("RGB"), SIZE).save(content, "JPEG", quality=85)
    return SimpleUploadedFile(NAME, content.getvalue(), "image/jpeg")
