from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from app.cms.models import SiteImage
from tests.cms.conftest import SignIn
from tests.cms.factories import create_blog, create_image, create_post, draw

pytestmark = pytest.mark.django_db


def test_pictures_are_sent_in_the_size_of_the_page_and_can_do_nothing(
    visitor: Client,
) -> None:
    rendition = create_image().get_rendition("width-100")
    response = visitor.get(rendition.url)
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"].startswith("public")
    assert response.getvalue()[:4] == b"\x89PNG"


def test_original_files_are_not_public(visitor: Client) -> None:
    image = create_image()
    assert visitor.get(image.file.url).status_code == 404


def test_only_pictures_are_sent(visitor: Client, directory: Path) -> None:
    (directory / "images").mkdir()
    for name in ("page.html", "picture.svg", "noname"):
        (directory / "images" / name).write_text("<script></script>")
        assert visitor.get(f"/media/images/{name}").status_code == 404
    for name in ("none.png", "..%2Fa.png", "..", "%00.png", f"{'a' * 1000}.png"):
        assert visitor.get(f"/media/images/{name}").status_code == 404


def test_a_post_shows_its_picture(visitor: Client) -> None:
    create_post(create_blog(), image=create_image())
    assert 'alt="A green area"' in visitor.get("/blog/post-1/").text
    assert 'alt=""' in visitor.get("/blog/").text


@pytest.mark.parametrize(
    ("name", "content", "is_accepted"),
    [
        ("a.png", draw("PNG"), True),
        ("a.jpg", draw("JPEG"), True),
        ("a.png", draw("JPEG"), False),
        ("a.svg", b"<svg/>", False),
        ("a.png", b"<script></script>", False),
    ],
)
def test_the_content_of_an_uploaded_picture_fits_its_name(
    sign_in: SignIn, name: str, content: bytes, *, is_accepted: bool
) -> None:
    editor = sign_in("Editors")
    file = SimpleUploadedFile(name, content)
    fields = {"title": "A picture", "file": file, "collection": "1"}
    editor.post("/cms/images/add/", fields)
    assert SiteImage.objects.exists() == is_accepted
