"""Operations on profiles. The viewer is the profile of the user who acts."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from app.database import violates
from app.errors import Conflict, NotFound
from app.social.notifications import service as notifications
from app.social.profiles.models import (
    UNIQUE_BLOCK,
    UNIQUE_FOLLOW,
    Block,
    Follow,
    Profile,
)
from app.uploads import service as uploads
from app.users.models import User


class ProfileNotFound(NotFound):
    code, detail = "profile_not_found", "There is no such profile."


class OwnProfile(Conflict):
    code, detail = "own_profile", "You can't do this to your own profile."


class HandleTaken(Conflict):
    code, detail = "handle_taken", "Another user has this handle."


def find_own_profile(user: User) -> Profile | None:
    return Profile.objects.select_related("picture").filter(user=user).first()


@transaction.atomic
def save_profile(
    user: User,
    profile: Profile,
    *,
    picture: UploadedFile[bytes] | None = None,
    remove_picture: bool = False,
) -> None:
    """Store a profile, and replace or remove its picture."""
    previous = profile.picture
    if picture:
        profile.picture = uploads.add_upload(user, picture)
    elif remove_picture:
        profile.picture = None
    profile.user = user
    try:
        with transaction.atomic():
            profile.save()
    except IntegrityError as error:
        if Profile.objects.exclude(pk=profile.pk).filter(handle=profile.handle):
            raise HandleTaken from error
        raise
    if previous and previous != profile.picture:
        uploads.delete_upload(user, previous.pk)


def list_profiles(viewer: Profile, query: str) -> QuerySet[Profile]:
    """Return the profiles that the viewer may see, and that have this text."""
    profiles = Profile.objects.visible_to(viewer)
    if query:
        profiles = profiles.filter(
            Q(handle__icontains=query) | Q(display_name__icontains=query)
        )
    return profiles


def get_profile(viewer: Profile, handle: str) -> Profile:
    profile = Profile.objects.visible_to(viewer).filter(handle=handle).first()
    if profile is None:
        raise ProfileNotFound
    return profile


def get_other_profile(viewer: Profile, handle: str) -> Profile:
    """Return a profile that is not that of the viewer."""
    profile = get_profile(viewer, handle)
    if profile == viewer:
        raise OwnProfile
    return profile


@transaction.atomic
def follow(viewer: Profile, handle: str) -> Profile:
    followed = get_other_profile(viewer, handle)
    follow = Follow(follower=viewer, followed=followed)
    try:
        with transaction.atomic():
            follow.save()
    except IntegrityError as error:
        if violates(error, Follow, UNIQUE_FOLLOW):
            return followed  # followed already
        raise
    notifications.notify_follower(followed, follower=viewer)
    return followed


@transaction.atomic
def unfollow(viewer: Profile, handle: str) -> Profile:
    followed = get_other_profile(viewer, handle)
    Follow.objects.filter(follower=viewer, followed=followed).delete()
    notifications.withdraw_follower(followed, follower=viewer)
    return followed


def is_following(viewer: Profile, profile: Profile) -> bool:
    return Follow.objects.filter(follower=viewer, followed=profile).exists()


def list_followers(viewer: Profile, profile: Profile) -> QuerySet[Follow]:
    followers = Profile.objects.visible_to(viewer)
    follows = Follow.objects.filter(followed=profile, follower__in=followers)
    return follows.select_related("follower")


def list_following(viewer: Profile, profile: Profile) -> QuerySet[Follow]:
    followed = Profile.objects.visible_to(viewer)
    follows = Follow.objects.filter(follower=profile, followed__in=followed)
    return follows.select_related("followed")


@transaction.atomic
def block(viewer: Profile, handle: str) -> Profile:
    """Hide two profiles, with all that they have written, from each other."""
    blocked = get_other_profile(viewer, handle)
    try:
        with transaction.atomic():
            Block.objects.create(blocker=viewer, blocked=blocked)
    except IntegrityError as error:
        if not violates(error, Block, UNIQUE_BLOCK):
            raise
    Follow.objects.filter(
        Q(follower=viewer, followed=blocked) | Q(follower=blocked, followed=viewer)
    ).delete()
    notifications.delete_between(viewer, blocked)
    return blocked


def list_blocks(viewer: Profile) -> QuerySet[Block]:
    return Block.objects.filter(blocker=viewer).select_related("blocked")


def unblock(viewer: Profile, handle: str) -> Profile:
    block = list_blocks(viewer).filter(blocked__handle=handle).first()
    if block is None:
        raise ProfileNotFound
    block.delete()
    return block.blocked
