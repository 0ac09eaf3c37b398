"""Pages for the tests."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image

from app.cms.models import BlogIndexPage, BlogPage, ContentPage, HomePage, SiteImage

FIRST_DAY = date(2026, 11, 1)


def create_page(title: str = "About us", **fields: Any) -> ContentPage:
    page = ContentPage(title=title, **fields)
    HomePage.objects.get().add_child(instance=page)
    return page


def create_blog() -> BlogIndexPage:
    blog = BlogIndexPage(title="Blog", show_in_menus=True)
    HomePage.objects.get().add_child(instance=blog)
    return blog


def create_post(blog: BlogIndexPage, number: int = 1, **fields: Any) -> BlogPage:
    values = {
        "title": f"Post {number}",
        "introduction": f"About {number}",
        "date": FIRST_DAY + timedelta(days=number),
    }
    post = BlogPage(**values | fields)
    blog.add_child(instance=post)
    return post


def draw(format_name: str) -> bytes:
    content = BytesIO()
    Image.new("RGB", (1000, 600), "#0f6b5c").save(content, format_name)
    return content.getvalue()


def create_image() -> SiteImage:
    file = ImageFile(BytesIO(draw("PNG")), name="green.png")
    image = SiteImage(title="Green", description="A green area", file=file)
    image.save()
    return image
