from __future__ import annotations

import uuid

from django.db import models

from app.accounts.tokens.models import TokenFamily


class Ticket(models.Model):
    """A permission to open one stream, until the ticket is used or expires."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    family = models.ForeignKey(TokenFamily, on_delete=models.CASCADE)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "stream ticket"

    def __str__(self) -> str:
        return f"Ticket until {self.expires_at:%Y-%m-%d %H:%M}"
