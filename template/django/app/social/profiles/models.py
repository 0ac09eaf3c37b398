"""Profiles, and how they relate to each other."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from app.text import validate_single_line, validate_storable, validate_visible

HANDLE_MAX_LENGTH = 30
NAME_MAX_LENGTH = 50
ABOUT_MAX_LENGTH = 500
UNIQUE_FOLLOW = models.UniqueConstraint(
    fields=["follower", "followed"], name="follows_unique"
)
UNIQUE_BLOCK = models.UniqueConstraint(
    fields=["blocker", "blocked"], name="blocks_unique"
)


class ProfileQuerySet(models.QuerySet["Profile"]):
    def visible_to(self, viewer: Profile) -> ProfileQuerySet:
        """Return the profiles of active users, unless one has blocked the other."""
        return (
            self.filter(user__is_active=True)
            .exclude(pk__in=Block.objects.filter(blocker=viewer).values("blocked"))
            .exclude(pk__in=Block.objects.filter(blocked=viewer).values("blocker"))
        )


class Profile(models.Model):
    """What users who are signed in see of a user. It does not show the address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile"
    )
    handle = models.CharField(
        max_length=HANDLE_MAX_LENGTH,
        unique=True,
        error_messages={"unique": "Another user has this handle."},
        validators=[
            RegexValidator(
                r"^[a-z0-9_]{3,30}\Z", "Use 3 to 30 of a to z, 0 to 9 and underscore."
            )
        ],
    )
    display_name = models.CharField(
        "name",
        max_length=NAME_MAX_LENGTH,
        validators=[validate_storable, validate_single_line, validate_visible],
    )
    about = models.CharField(
        max_length=ABOUT_MAX_LENGTH, blank=True, validators=[validate_storable]
    )
    picture = models.ForeignKey(
        "uploads.Upload",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="profiles",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=["created_at", "id"], name="profiles_creation"),)

    def __str__(self) -> str:
        return f"@{self.handle}"


class Follow(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    follower = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="following"
    )
    followed = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="followers"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (UNIQUE_FOLLOW,)
        indexes = (
            models.Index(
                fields=["follower", "created_at", "id"], name="follows_by_follower"
            ),
            models.Index(
                fields=["followed", "created_at", "id"], name="follows_by_followed"
            ),
        )

    def __str__(self) -> str:
        return f"{self.follower} follows {self.followed}"


class Block(models.Model):
    """Two profiles that do not see each other, because one has blocked the other."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    blocker = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="blocks"
    )
    blocked = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="blocked_by"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (UNIQUE_BLOCK,)
        indexes = (
            models.Index(
                fields=["blocker", "created_at", "id"], name="blocks_by_blocker"
            ),
        )

    def __str__(self) -> str:
        return f"{self.blocker} blocks {self.blocked}"
