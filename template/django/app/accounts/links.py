"""Tokens in the links of emails.

Each is the id of a row and a signature of it. The row is deleted when the link is used,
and sending an email a second time sends the same link.
"""

from typing import Literal
from uuid import UUID

from django.core.signing import BadSignature, Signer

from app.errors import AppError

Purpose = Literal["confirm registration", "reset password"]


class LinkExpired(AppError):
    status, code = 400, "link_expired"
    detail = "This link isn't valid any more. Request a new one."


def create_link_token(purpose: Purpose, row_id: UUID) -> str:
    return Signer(salt=purpose, sep=".").sign(row_id.hex)


def parse_link_token(purpose: Purpose, token: str) -> UUID:
    """Return the id of the row.

    Raises:
        LinkExpired: The token was not created for this purpose.
    """
    try:
        return UUID(hex=Signer(salt=purpose, sep=".").unsign(token))
    except (BadSignature, ValueError):
        raise LinkExpired from None
