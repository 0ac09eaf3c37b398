"""Shared code of the programs that have the duties of a starter.

The duties are one log line, a request id, security headers, a body limit and a checked
page size. With SIGN_IN=token a program also verifies an access token, and loads its
user in one query. With SIGN_IN=session it loads the session of a cookie, and its user.
"""

import os
import sys
import uuid
from base64 import urlsafe_b64encode
from hashlib import sha256

import structlog

SIGN_IN = os.environ.get("SIGN_IN", "")
ACCOUNTS = SIGN_IN in {"token", "session"}
SESSION_COOKIE = "__Host-session"
MAX_BODY_BYTES = 1024 * 1024
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=3600",
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.JSONRenderer(),
    ],
    logger_factory=structlog.WriteLoggerFactory(sys.stdout),
    cache_logger_on_first_use=True,
)
log = structlog.get_logger()


def read_access_token(authorization: str) -> uuid.UUID:
    """Return the id of the token family that a starter has created."""
    import jwt  # noqa: PLC0415 - not installed in projects without accounts

    public_url = os.environ["PUBLIC_URL"]
    key = sha256(f"access token {os.environ['SECRET_KEY']}".encode()).digest()
    claims = jwt.decode(
        authorization.removeprefix("Bearer "),
        key,
        algorithms=["HS256"],
        issuer=public_url,
        audience=f"{public_url}/api",
    )
    return uuid.UUID(claims["sid"])


def encode_cursor(item_id: uuid.UUID) -> str:
    return urlsafe_b64encode(item_id.bytes).decode()
