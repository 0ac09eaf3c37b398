"""Access tokens: signed, short-lived, and good only as long as their session is."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import jwt
from fastapi import HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import tokens
from app.accounts.models import User
from app.settings import Settings

LIFETIME = timedelta(minutes=15)
ALGORITHM = "HS256"
TYPE = "at+jwt"  # RFC 9068
bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token")


def access_token(settings: Settings, user_id: UUID, refresh_token: str) -> str:
    """Sign who it is for, and the refresh token with which it stands and falls."""
    now = datetime.now(UTC)
    claims: dict[str, Any] = _parties(settings) | {
        "sub": str(user_id),
        "sid": str(tokens.id_of(refresh_token)),
        "iat": now,
        "exp": now + LIFETIME,
    }
    return jwt.encode(claims, signing_key(settings), ALGORITHM, {"typ": TYPE})


async def find_user_by_token(
    session: AsyncSession, settings: Settings, text: str
) -> User | None:
    found = await find_session(session, settings, text)
    return await session.get(User, found[1].id) if found else None


async def find_session(
    session: AsyncSession, settings: Settings, text: str
) -> tokens.Found:
    """Return the refresh token with which an access token stands, and whose it is."""
    parties = _parties(settings)
    try:
        decoded = jwt.decode_complete(
            text,
            signing_key(settings),
            algorithms=[ALGORITHM],
            issuer=parties["iss"],
            audience=parties["aud"],
            options={"require": ["aud", "exp", "iat", "iss", "sid", "sub"]},
        )
        token_id = UUID(decoded["payload"]["sid"])
    except (jwt.InvalidTokenError, ValueError):
        return None
    if decoded["header"].get("typ") != TYPE:
        return None
    return await tokens.find_by_id(session, token_id, "refresh")


def unauthorized(detail: str, challenge: str = "Bearer") -> HTTPException:
    return HTTPException(401, detail, {"WWW-Authenticate": challenge})


def _parties(settings: Settings) -> dict[str, str]:
    issuer = f"https://{settings.allowed_hosts[0]}"
    return {"iss": issuer, "aud": f"{issuer}/api"}


def signing_key(settings: Settings) -> bytes:
    """Return a key for this purpose alone."""
    return sha256(f"access token {settings.secret_key}".encode()).digest()
