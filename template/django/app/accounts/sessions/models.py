"""Sessions: rows with the hash of the key that is in the browser's cookie."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

USER_AGENT_MAX_LENGTH = 200


class Session(AbstractBaseSession):
    """A browser in which a user is signed in."""

    session_key = models.CharField(max_length=64, primary_key=True)  # SHA-256
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="sessions",
    )
    user_agent = models.CharField(max_length=USER_AGENT_MAX_LENGTH, blank=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField()

    class Meta(AbstractBaseSession.Meta):
        pass

    def __str__(self) -> str:
        return self.user_agent
