from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from PIL import Image

from app.social.profiles import service
from app.social.profiles.forms import ProfileForm
from app.social.profiles.models import Block, Follow, Profile
from app.uploads.models import Upload
from app.users.models import User
from tests.social.factories import (
    block,
    client_of,
    create_profile,
    follow,
    picture,
)
from tests.uploads.helpers import list_files, pdf

pytestmark = pytest.mark.django_db
TRUNCATED_GIF = b"GIF89a\x09\0\x09\0\0\0\0,\0\0\0\0\x09\0\x09\0\0\x02"
FORM = {"handle": "ada", "display_name": "Ada", "about": "Herbs\r\nand more"}


def test_users_first_create_a_profile(client: Client, user: User) -> None:
    assert client.get("/social/feed").headers["Location"] == "/social/profile"
    page = client.get("/social/feed", follow=True)
    assert "Create your profile first." in page.text
    saved = client.post("/social/profile", FORM)
    assert saved.headers["Location"] == "/social/@ada"
    profile = Profile.objects.get(user=user)
    assert profile.about == "Herbs\nand more"
    page = client.get("/social/@ada")
    assert "Your profile was saved." in page.text
    assert user.email not in page.text.partition("<main")[2]
    client.post("/social/profile", FORM | {"display_name": "Countess"})
    assert "Countess" in client.get("/social/@ada").text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"handle": "bob"}, "Another user has this handle."),
        ({"handle": "Ada"}, "Use 3 to 30 of a to z"),
        ({"handle": "ad"}, "Use 3 to 30 of a to z"),
        ({"handle": "ada\n"}, ""),
        ({"handle": "a" * 31}, "at most 30 characters"),
        ({"display_name": "\u200b"}, "at least one visible character"),
        ({"display_name": "a\0b"}, "Null characters are not allowed."),
        ({"about": "x" * 501}, "at most 500 characters"),
    ],
)
def test_errors_are_next_to_their_field(
    client: Client, bob: Profile, fields: dict[str, str], message: str
) -> None:
    page = client.post("/social/profile", FORM | fields)
    assert message in page.content.decode()
    assert Profile.objects.exclude(pk=bob.pk).exists() == (not message)


def test_a_handle_that_was_taken_since_the_check_is_an_error(
    user: User, bob: Profile
) -> None:
    profile = Profile(handle=bob.handle, display_name="Ada")
    with pytest.raises(service.HandleTaken):
        service.save_profile(user, profile)
    with pytest.raises(IntegrityError):  # another reason
        service.save_profile(bob.user, Profile(handle="robert", display_name="Bob"))


def test_the_error_is_next_to_the_handle(
    client: Client, bob: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another user has taken the handle after the check of the form.
    monkeypatch.setattr(ProfileForm, "validate_unique", lambda _form: None)
    page = client.post("/social/profile", FORM | {"handle": bob.handle})
    assert 'aria-describedby="id_handle_helptext id_handle_error"' in page.text


def test_a_picture_is_small_and_has_no_metadata(
    client: Client, directory: Path
) -> None:
    client.post("/social/profile", FORM | {"picture": picture("JPEG", "L")})
    upload = Upload.objects.get()
    with Image.open(directory / upload.pk.hex) as image:
        assert (image.format, image.size) == ("JPEG", (256, 256))
        assert not image.getexif()


def test_all_users_see_a_picture_until_it_is_replaced_or_removed(
    client: Client,
    bob: Profile,
    directory: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    bobs = client_of(bob)
    assert bobs.get("/social/@ada/picture").status_code == 404
    client.post("/social/profile", FORM | {"picture": picture("GIF", "P")})
    first = list_files(directory)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/social/profile", FORM | {"picture": picture()})
    assert len(list_files(directory)) == len(list_files(directory) - first) == 1
    sent: Any = bobs.get("/social/@ada/picture")
    assert sent.headers["Content-Type"] == "image/jpeg"
    assert sent.headers["Cache-Control"] == "private, max-age=3600"
    with Image.open(BytesIO(b"".join(sent.streaming_content))) as image:
        assert image.getpixel((128, 128)) == (255, 255, 255)  # was transparent
    assert "/social/@ada/picture?version=" in bobs.get("/social/people").text
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/social/profile", FORM | {"remove_picture": "on"})
    assert bobs.get("/social/@ada/picture").status_code == 404
    assert list_files(directory) == set()


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (pdf(), "Choose a GIF, JPEG or PNG picture."),
        (pdf(content=b""), "Only GIF, JPEG"),
        (SimpleUploadedFile("a.gif", TRUNCATED_GIF), "This picture is damaged."),
    ],
)
def test_other_files_are_refused(
    client: Client, directory: Path, file: SimpleUploadedFile, message: str
) -> None:
    assert message in client.post("/social/profile", FORM | {"picture": file}).text
    assert list_files(directory) == set()


def test_a_picture_over_the_quota_is_refused(client: Client, settings: Any) -> None:
    settings.UPLOAD_QUOTA_BYTES = 1
    page = client.post("/social/profile", FORM | {"picture": picture()})
    assert "no room left" in page.text
    assert not Profile.objects.exists()


def test_people_are_found_by_handle_and_name(client: Client, viewer: Profile) -> None:
    create_profile("grace_h").display_name = "Grace"
    create_profile("milo")
    for query, found in (
        ("", {"ada", "grace_h", "milo"}),
        ("GRACE", {"grace_h"}),
        ("Mil", {"milo"}),
        ("e_h", {"grace_h"}),
        ("%", {"ada", "grace_h", "milo"}),
        ("\0m\0ilo", {"milo"}),
        ("unknown", set()),
    ):
        page = client.get("/social/people", {"query": query}).text
        handles = {each for each in ("ada", "grace_h", "milo") if f"@{each}<" in page}
        assert handles == found, query
    assert viewer.handle in client.get("/social/people").text


def test_following_is_listed_and_ends(
    client: Client, viewer: Profile, bob: Profile
) -> None:
    for _ in range(2):  # a second click does no harm
        page = client.post("/social/@bob/follow", follow=True).text
        assert "You follow Bob." in page
        assert "1 follower<" in page
    assert "@ada" in client.get("/social/@bob/followers").text
    assert "@bob" in client.get("/social/@ada/following").text
    assert Follow.objects.count() == 1
    page = client.post("/social/@bob/unfollow", follow=True).text
    assert "0 followers" in page
    assert "No one yet" in client.get("/social/@bob/followers").text
    assert not bob.notifications.exists()
    assert viewer.following.count() == 0


@pytest.mark.parametrize("action", ["follow", "unfollow", "block"])
def test_users_cannot_follow_or_block_their_own_profile(
    client: Client, viewer: Profile, action: str
) -> None:
    assert client.post(f"/social/@{viewer.handle}/{action}").status_code == 409


def test_a_profile_is_blocked_and_unblocked(
    client: Client, viewer: Profile, bob: Profile
) -> None:
    follow(viewer, bob)
    follow(bob, viewer)
    assert "Block Bob?" in client.get("/social/@bob/block").text
    page = client.post("/social/@bob/block", follow=True).text
    assert "You have blocked Bob." in page
    assert "/social/@bob/unblock" in page
    assert not Follow.objects.exists()
    service.unblock(viewer, "bob")
    service.block(viewer, "bob")
    with pytest.raises(service.ProfileNotFound):
        service.unblock(bob, "ada")  # only who blocks can end it
    page = client.post("/social/@bob/unblock", follow=True).text
    assert "You have blocked no one" in page
    assert client.get("/social/@bob").status_code == 200


def test_blocking_twice_at_the_same_time_is_no_error(
    viewer: Profile, bob: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    block(viewer, bob)
    monkeypatch.setattr(service, "get_other_profile", lambda _viewer, _handle: bob)
    service.block(viewer, "bob")
    assert Block.objects.count() == 1


def test_other_conflicts_are_errors(viewer: Profile) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "violates", lambda *_arguments: False)
        follow(viewer, viewer)
        patch.setattr(service, "get_other_profile", lambda _viewer, _handle: viewer)
        with pytest.raises(IntegrityError):
            service.follow(viewer, "ada")
        block(viewer, viewer)
        with pytest.raises(IntegrityError):
            service.block(viewer, "ada")


def test_profiles_of_deactivated_users_are_hidden(
    client: Client, viewer: Profile, bob: Profile
) -> None:
    follow(viewer, bob)
    User.objects.filter(pk=bob.user.pk).update(is_active=False)
    assert client.get("/social/@bob").status_code == 404
    assert "@bob" not in client.get("/social/@ada/following").text
