"""Notifications: what others did that concerns a profile."""

from __future__ import annotations

import uuid

from django.db import models

from app.social.posts.models import Post
from app.social.profiles.models import Profile


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, viewer: Profile) -> NotificationQuerySet:
        """Return the viewer's, without blocked profiles and hidden posts."""
        actors = Profile.objects.visible_to(viewer)
        return self.filter(recipient=viewer, actor__in=actors).exclude(
            post__is_hidden=True
        )


class Notification(models.Model):
    class Kind(models.TextChoices):
        FOLLOW = "follow", "new follower"
        LIKE = "like", "like"
        MESSAGE = "message", "new message"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="notifications"
    )
    actor = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="caused_notifications"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    post = models.ForeignKey(
        Post, null=True, on_delete=models.CASCADE, related_name="notifications"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(
                fields=["recipient", "created_at", "id"],
                name="notifications_by_recipient",
            ),
            models.Index(fields=["recipient", "read_at"], name="notifications_unread"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.recipient}"
