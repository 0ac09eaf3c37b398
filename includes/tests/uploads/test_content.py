from io import BytesIO

import pytest
from PIL import Image

from app.errors import AppError
from app.uploads.content import (
    TooManyPixels,
    TypeRefused,
    clean_filename,
    detect_type,
)


def picture(format_name: str, width: int = 3, height: int = 2) -> bytes:
    content = BytesIO()
    image = Image.new("L", (width, height))
    is_mpo = format_name == "MPO"
    image.save(content, format_name, save_all=is_mpo, append_images=[image])
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (picture("GIF"), "image/gif"),
        (picture("JPEG"), "image/jpeg"),
        (picture("MPO"), "image/jpeg"),
        (picture("PNG", 5000, 5000), "image/png"),
    ],
)
def test_the_type_depends_on_the_content(content: bytes, media_type: str) -> None:
    assert detect_type(BytesIO(content)) == media_type


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", TypeRefused),
        (b"<script>alert(1)</script>", TypeRefused),
        (picture("WEBP"), TypeRefused),
        (picture("PNG")[:20], TypeRefused),
        (picture("PNG", 5000, 5001), TooManyPixels),
        (picture("PNG", 20000, 10000), TooManyPixels),
    ],
)
def test_other_files_are_refused(content: bytes, error: type[AppError]) -> None:
    with pytest.raises(error):
        detect_type(BytesIO(content))


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\plans\\plan.pdf", "plan.pdf"),
        ("gpj\u202efdp.exe", "gpjfdp.exe"),
        ("x" * 500, "x" * 100),
        ("\0", "file"),
    ],
)
def test_a_filename_is_only_text(name: str, cleaned: str) -> None:
    assert clean_filename(name) == cleaned
