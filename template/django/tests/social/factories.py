"""Rows of the social network for the tests."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from app.social.conversations.models import Message
from app.social.conversations.service import send_message
from app.social.posts.models import Post
from app.social.posts.service import create_post
from app.social.profiles.models import Block, Follow, Profile
from app.users.models import User
from tests.factories import create_user


def create_profile(handle: str, user: User | None = None) -> Profile:
    user = user or create_user(f"{handle}@example.org")
    return Profile.objects.create(user=user, handle=handle, display_name=handle.title())


def client_of(profile: Profile) -> Client:
    client = Client()
    client.force_login(profile.user)
    return client


def follow(follower: Profile, followed: Profile) -> Follow:
    return Follow.objects.create(follower=follower, followed=followed)


def block(blocker: Profile, blocked: Profile) -> Block:
    return Block.objects.create(blocker=blocker, blocked=blocked)


def write_post(author: Profile, text: str = "Hello") -> Post:
    return create_post(author, text)


def write_message(sender: Profile, recipient: Profile, text: str = "Hello") -> Message:
    return send_message(sender, recipient.handle, text)


def picture(format_name: str = "PNG", mode: str = "RGBA") -> SimpleUploadedFile:
    content = BytesIO()
    image = Image.new(mode, (400, 300))
    # A JPEG has an entry that phones write: the picture is turned by 90 degrees.
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker of the camera"
    image.save(content, format_name, exif=exif.tobytes())
    return SimpleUploadedFile(f"picture.{format_name}", content.getvalue())
