"""Tokens in the links of emails.

Each is the signed id of a row. The row is deleted when the link is used, and sending
an email a second time sends the same link.
"""

from typing import Literal
from uuid import UUID

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

Purpose = Literal["confirm registration", "reset password"]


def create_link_token(purpose: Purpose, row_id: UUID) -> str:
    token = _serializer(purpose).dumps(row_id.hex)
    return token if isinstance(token, str) else token.decode()


def parse_link_token(purpose: Purpose, token: str) -> UUID | None:
    """Return the id of the row, or None if the token was not created for this."""
    try:
        return UUID(hex=_serializer(purpose).loads(token))
    except BadData:
        return None


def _serializer(purpose: Purpose) -> URLSafeSerializer:
    """Sign with the newest key, and accept the older ones."""
    config = current_app.config
    keys = [*config["SECRET_KEY_FALLBACKS"], config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt=purpose)
