"""Tokens in the links of emails.

Each is the id of a row and a signature of it. The row is deleted when the link is used,
and sending an email a second time sends the same link.
"""

import hmac
from hashlib import sha256
from typing import Literal
from uuid import UUID

from app.settings import Settings

Purpose = Literal["confirm registration", "reset password"]


def create_link_token(settings: Settings, purpose: Purpose, row_id: UUID) -> str:
    message = f"{purpose} {row_id}".encode()
    signature = hmac.digest(settings.secret_key.encode(), message, sha256)
    return f"{row_id.hex}.{signature.hex()}"


def parse_link_token(settings: Settings, purpose: Purpose, token: str) -> UUID | None:
    """Return the id of the row, or None if the token was not created for this."""
    try:
        row_id = UUID(hex=token.partition(".")[0])
    except ValueError:
        return None
    expected = create_link_token(settings, purpose, row_id)
    if not hmac.compare_digest(token.encode(errors="replace"), expected.encode()):
        return None
    return row_id
