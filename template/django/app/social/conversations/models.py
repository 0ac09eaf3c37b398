"""Conversations and their messages."""

from __future__ import annotations

import uuid

from django.db import models

from app.social.profiles.models import Profile
from app.text import validate_storable, validate_visible

TEXT_MAX_LENGTH = 1000


class Conversation(models.Model):
    """The messages of two profiles. The one with the lower id is the first."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="conversations_as_first"
    )
    second = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="conversations_as_second"
    )
    last_message = models.OneToOneField(
        "Message",
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="last_of",
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["first", "second"], name="conversations_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first} and {self.second}"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, viewer: Profile) -> MessageQuerySet:
        """Return what the viewer sent to, and got from, profiles that are visible."""
        partners = Profile.objects.visible_to(viewer)
        return self.filter(
            models.Q(sender=viewer, recipient__in=partners)
            | models.Q(recipient=viewer, sender__in=partners)
        )


class Message(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages"
    )
    sender = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="sent_messages"
    )
    recipient = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="received_messages"
    )
    text = models.CharField(
        max_length=TEXT_MAX_LENGTH, validators=[validate_storable, validate_visible]
    )
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(
                fields=["conversation", "created_at", "id"],
                name="messages_by_conversation",
            ),
            models.Index(fields=["recipient", "read_at"], name="messages_unread"),
        )

    def __str__(self) -> str:
        return f"Message from {self.sender} to {self.recipient}"
