"""Smaller versions of product pictures: OSCAR_THUMBNAILER.

They are files next to the originals, without rows: a list of products needs no query.
"""

from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.templatetags.static import static
from oscar.core.thumbnails import AbstractThumbnailer
from PIL import Image, ImageOps

from app.uploads.content import MAX_PIXELS

FOLDER = "thumbnails"


@dataclass(frozen=True)
class Thumbnail:
    url: str


def no_picture() -> Thumbnail:
    return Thumbnail(static("shop/no-picture.svg"))


class Thumbnailer(AbstractThumbnailer):
    def generate_thumbnail(self, source: Any, **options: Any) -> Thumbnail:
        """Return a picture of at most the given size, such as 200x200."""
        if isinstance(source, str):  # the name of Oscar's picture for none
            return no_picture()
        name = f"{FOLDER}/{PurePosixPath(source.name).stem}-{options['size']}.webp"
        if not default_storage.exists(name):
            width, height = (int(text or 10_000) for text in options["size"].split("x"))
            with source.storage.open(source.name) as file, Image.open(file) as image:
                if image.width * image.height > MAX_PIXELS:
                    return no_picture()
                picture = ImageOps.exif_transpose(image)
                picture.thumbnail((width, height))
                content = BytesIO()
                picture.save(content, "WEBP")
            default_storage.save(name, ContentFile(content.getvalue()))
        return Thumbnail(default_storage.url(name))

    def delete_thumbnails(self, source: Any) -> None:
        """Delete a picture that has no row any more, with its smaller versions."""
        stem = PurePosixPath(source.name).stem
        names: list[str] = []
        if default_storage.exists(FOLDER):
            _, names = default_storage.listdir(FOLDER)
        for name in names:
            if name.rpartition("-")[0] == stem:
                default_storage.delete(f"{FOLDER}/{name}")
        source.storage.delete(source.name)
