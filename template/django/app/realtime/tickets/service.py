"""Creating and redeeming tickets, which are stored hashed."""

import secrets
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from app.realtime.tickets.models import Ticket

LIFETIME = timedelta(seconds=30)


@transaction.atomic
def create_ticket(family_id: UUID) -> str:
    """Return a ticket that ends with the tokens of this sign-in."""
    now = timezone.now()
    Ticket.objects.filter(expires_at__lt=now).delete()
    ticket = secrets.token_urlsafe(32)
    Ticket.objects.create(
        token_hash=_hash(ticket), family_id=family_id, expires_at=now + LIFETIME
    )
    return ticket


def redeem_ticket(ticket: str) -> UUID | None:
    """Delete a ticket and return its token family, or None if it is not valid."""
    row = Ticket.objects.filter(
        token_hash=_hash(ticket), expires_at__gt=timezone.now()
    ).first()
    if row is None:
        return None
    # Two requests can find the same ticket, but only one deletes it.
    deleted, _ = Ticket.objects.filter(pk=row.pk).delete()
    return row.family_id if deleted else None


def _hash(ticket: str) -> str:
    return sha256(ticket.encode()).hexdigest()
