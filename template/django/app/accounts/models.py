"""Registrations and password resets. The user is in app/users."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Registration(models.Model):
    """A user whose address is not confirmed yet.

    Each registration keeps its password, so that a link confirms no other password
    than the one it was sent for.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("email address", db_index=True)
    password = models.CharField(max_length=128, help_text="The hash of the password.")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.email


class PasswordReset(models.Model):
    """A permission to choose a new password, until its link is used."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="password_resets",
    )
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Password reset until {self.expires_at:%Y-%m-%d %H:%M}"
