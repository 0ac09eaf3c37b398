"""Create a small network around the demonstration user: `poe seed` runs this."""

from io import BytesIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from PIL import Image, ImageDraw

from app.social.conversations.service import send_message
from app.social.posts.service import create_post, like
from app.social.profiles.models import Profile
from app.social.profiles.pictures import create_picture
from app.social.profiles.service import follow, save_profile
from app.users.models import User

DEMO = "demo"  # the user that `python manage.py seed` creates
# Handle, name, what the profile says, colours of the picture, posts.
PEOPLE = (
    (
        DEMO,
        "Dana Demo",
        "I look at how this works.",
        ("#223a70", "#9db4ea"),
        ("Hello! This is my first post.",),
    ),
    (
        "ada",
        "Ada Lindqvist",
        "Gardener, mostly of herbs.",
        ("#0f6b5c", "#a8dccf"),
        (
            "The thyme survived the frost. The rosemary did not.",
            "Does anyone swap seeds? I have too much dill.",
        ),
    ),
    (
        "milo",
        "Milo Okafor",
        "Bikes, bread, and the bass guitar.",
        ("#7a4b1e", "#ecc79f"),
        ("Sourdough number 14: finally one that is round.",),
    ),
    (
        "yuki",
        "Yuki Tanaka",
        "I photograph bridges.",
        ("#6b2458", "#e6b3d8"),
        ("Forty bridges in four days. My feet want a word with me.",),
    ),
)


class Command(BaseCommand):
    help = "Create profiles with posts and messages. An existing network is kept."

    @transaction.atomic
    def handle(self, *_args: object, **_options: object) -> None:
        if not settings.DEBUG:
            message = "Sample data is for development. Set ENVIRONMENT=development."
            raise CommandError(message)
        if Profile.objects.exists():
            self.stdout.write("There are profiles already.")
            return
        profiles = [
            self._create_profile(handle, name, about, colours)
            for handle, name, about, colours, _ in PEOPLE
        ]
        demo, *others = profiles
        for profile, (*_, texts) in zip(profiles, PEOPLE, strict=True):
            for text in texts:
                post = create_post(profile, text)
                if profile != demo:
                    like(demo, post.pk)
        for profile in others:
            follow(demo, profile.handle)
            follow(profile, DEMO)
        send_message(demo, "ada", "I would take some of the dill. Is it the tall kind?")
        send_message(others[0], DEMO, "It is! I'll bring you some on Saturday.")
        self.stdout.write(f"Created {len(profiles)} profiles with posts and messages.")

    def _create_profile(
        self, handle: str, name: str, about: str, colours: tuple[str, str]
    ) -> Profile:
        email = f"{handle}@example.com"
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email)  # without a password
        profile = Profile(handle=handle, display_name=name, about=about)
        save_profile(user, profile, picture=create_picture(self._draw(*colours)))
        return profile

    def _draw(self, background: str, foreground: str) -> BytesIO:
        """Return a picture of a person, as simple as an icon."""
        image = Image.new("RGB", (256, 256), background)
        draw = ImageDraw.Draw(image)
        draw.ellipse((83, 50, 173, 140), fill=foreground)
        draw.ellipse((43, 160, 213, 330), fill=foreground)
        file = BytesIO()
        image.save(file, "PNG")
        file.seek(0)
        return file
