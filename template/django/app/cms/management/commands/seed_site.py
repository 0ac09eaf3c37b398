"""Fill a demonstration site, and create an editor: `poe seed` runs this."""

import secrets
from collections.abc import Sequence
from datetime import date
from io import BytesIO

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.files.images import ImageFile
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from PIL import Image, ImageDraw

from app.cms.models import BlogIndexPage, BlogPage, ContentPage, HomePage, SiteImage
from app.users.models import User

EMAIL = "editor@example.com"
GROUP = "Moderators"  # Wagtail's group of editors who may publish
WELCOME = (
    "<p>Editors write these pages. They save drafts, look at previews, and submit "
    "pages to moderators, who publish them.</p>"
)
ABOUT = (
    "<p>This page is below the home page. It is in the menu, because its option to be "
    "in menus is on.</p><h2>How to begin</h2><ul><li>Sign in as an editor.</li>"
    "<li>Open this page in the editor.</li><li>Change it, and publish it.</li></ul>"
)
# Title, introduction, tags, colours of the picture, quotation.
POSTS = (
    (
        "How we chose our tea",
        "Twelve kinds, four people, one kettle.",
        ("tea", "people"),
        ("#0f6b5c", "#e3f2ee"),
        ("The best tea is the one that you drink in company.", "Our oldest customer"),
    ),
    (
        "The new workbench",
        "Oak, three metres, and not a single screw.",
        ("workshop",),
        ("#7a4b1e", "#f3e6d8"),
        ("Measure twice, saw once.", ""),
    ),
    (
        "What a pot of ink costs",
        "The price of a colour that does not fade.",
        ("ink", "workshop"),
        ("#223a70", "#e2e8f6"),
        ("Blue is a patient colour.", "The ink maker"),
    ),
)


class Command(BaseCommand):
    help = "Fill a demonstration site, and create an editor. Existing pages are kept."

    def handle(self, *_args: object, **_options: object) -> None:
        if not settings.DEBUG:
            message = "Sample data is for development. Set ENVIRONMENT=development."
            raise CommandError(message)
        password = secrets.token_urlsafe(9)
        editor = create_editor(password)
        if BlogIndexPage.objects.exists():
            self.stdout.write("The demonstration site exists already.")
        else:
            create_site(editor)
            self.stdout.write(f"Created a site with a blog of {len(POSTS)} posts.")
        self.stdout.write(
            f"Edit it at /cms/ with:\n  email     {EMAIL}\n  password  {password}"
        )


def create_editor(password: str) -> User:
    editor, _ = User.objects.update_or_create(
        email=EMAIL, defaults={"password": make_password(password)}
    )
    editor.groups.add(Group.objects.get(name=GROUP))
    return editor


@transaction.atomic
def create_site(editor: User) -> None:
    home = HomePage.objects.get()
    home.introduction = "A small shop for tea, paper and ink."
    home.body = [("text", WELCOME)]
    home.save_revision(user=editor).publish()
    about = ContentPage(title="About us", show_in_menus=True, body=[("text", ABOUT)])
    home.add_child(instance=about)
    blog = BlogIndexPage(title="Blog", show_in_menus=True)
    blog.introduction = "News from the shop and the workshop."
    home.add_child(instance=blog)
    for number, (title, introduction, tags, colours, quote) in enumerate(POSTS):
        text, source = quote
        post = BlogPage(
            title=title,
            introduction=introduction,
            date=date(2026, 11, 10 + number),
            image=create_image(title, colours),
            body=[
                ("text", f"<p>{introduction} This is a sample post.</p>"),
                ("quote", {"text": text, "source": source}),
            ],
            owner=editor,
        )
        post.tags.add(*tags)
        blog.add_child(instance=post)
        post.save_revision(user=editor).publish()


def create_image(title: str, colours: Sequence[str]) -> SiteImage:
    dark, light = colours
    picture = Image.new("RGB", (1200, 675), light)
    draw = ImageDraw.Draw(picture)
    for radius in range(60, 700, 120):
        draw.circle((900, 340), radius, outline=dark, width=18)
    content = BytesIO()
    picture.save(content, "PNG")
    file = ImageFile(content, name="demonstration.png")
    image = SiteImage(title=title, file=file, description="Circles")
    image.save()
    return image
