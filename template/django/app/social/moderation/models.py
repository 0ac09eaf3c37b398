"""Reports of profiles, posts and messages."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from app.social.conversations.models import Message
from app.social.posts.models import Post
from app.social.profiles.models import Profile
from app.text import validate_storable

TEXT_MAX_LENGTH = 1000


class Report(models.Model):
    """A report of a profile, which may be about one post or message of it."""

    class Reason(models.TextChoices):
        SPAM = "spam", "Spam or fraud"
        HARASSMENT = "harassment", "Harassment"
        HATE = "hate", "Hate or violence"
        OTHER = "other", "Something else"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reporter = models.ForeignKey(
        Profile,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="submitted_reports",
    )
    profile = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="reports"
    )
    post = models.ForeignKey(
        Post,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="reports",
    )
    message = models.ForeignKey(
        Message,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="reports",
    )
    reason = models.CharField(max_length=20, choices=Reason)
    text = models.CharField(
        "details",
        max_length=TEXT_MAX_LENGTH,
        blank=True,
        validators=[validate_storable],
    )
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="resolved_reports",
    )

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=["created_at", "id"], name="reports_creation"),)

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.profile}"

    @property
    def content(self) -> str:
        """Return what was reported, as it is now."""
        if self.post:
            return str(self.post.text)
        if self.message:
            return str(self.message.text)
        return f"{self.profile.display_name}\n{self.profile.about}"
