"""What uploaded files are: their type by their content, and their name as text."""

import re
import unicodedata
from typing import IO

from PIL import Image

from app.errors import AppError

NAME_MAX_LENGTH = 100
MAX_PIXELS = 25_000_000
# Pillow reads only the head of these. It would read a WebP file whole.
FORMATS = ("GIF", "JPEG", "PNG")
TYPES = {name: f"image/{name.lower()}" for name in FORMATS}
TYPES["MPO"] = "image/jpeg"  # from phones: a JPEG with a second picture after it
TYPES["PDF"] = "application/pdf"
# If a browser displays the file, it runs no script and loads nothing.
SANDBOX = {"Content-Security-Policy": "default-src 'none'; sandbox"}


class TypeRefused(AppError):
    status, code = 422, "file_type"
    detail = "Only GIF, JPEG, PNG and PDF files are accepted."


class TooManyPixels(AppError):
    status, code = 422, "too_many_pixels"
    detail = "A picture has at most 25 megapixels."


def detect_type(file: IO[bytes]) -> str:
    """Return the media type by the content of the file."""
    if file.read(5) == b"%PDF-":
        return TYPES["PDF"]
    try:
        image = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError:
        raise TooManyPixels from None
    except Exception:  # Pillow raises many kinds for malformed files
        raise TypeRefused from None
    if image.width * image.height > MAX_PIXELS:
        raise TooManyPixels
    return TYPES[image.format or ""]


def clean_filename(name: str) -> str:
    """Return the name of a file as text to show, without a path and control codes."""
    name = re.split(r"[/\\]", name)[-1][: 4 * NAME_MAX_LENGTH]
    name = unicodedata.normalize("NFC", name)
    visible = "".join(character for character in name if character.isprintable())
    return visible.strip()[:NAME_MAX_LENGTH] or "file"
