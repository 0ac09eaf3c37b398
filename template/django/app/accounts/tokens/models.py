"""Token families and their refresh tokens, which are stored hashed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class TokenFamily(models.Model):
    """All tokens that come from one sign-in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="token_families",
    )
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return f"Tokens since {self.created_at:%Y-%m-%d %H:%M}"


class RefreshToken(models.Model):
    """A refresh token. It stays after it is used, so that its return is noticed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    family = models.ForeignKey(
        TokenFamily, on_delete=models.CASCADE, related_name="refresh_tokens"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Refresh token until {self.expires_at:%Y-%m-%d %H:%M}"
