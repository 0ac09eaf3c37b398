"""Access tokens: signed, short-lived, and good only as long as their session is."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

import jwt
from fastapi import Depends, HTTPException, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import tokens
from app.accounts.owners import Identity, work_for
from app.database import ReadSession
from app.settings import Settings

LIFETIME = timedelta(minutes=15)
ALGORITHM = "HS256"
TYPE = "at+jwt"  # RFC 9068
bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token", auto_error=False)


def access_token(settings: Settings, user_id: UUID, token_id: UUID) -> str:
    """Sign who it is for, and the refresh token with which it stands and falls."""
    now = datetime.now(UTC)
    claims: dict[str, Any] = _parties(settings) | {
        "sub": str(user_id),
        "sid": str(token_id),
        "iat": now,
        "exp": now + LIFETIME,
    }
    return jwt.encode(claims, signing_key(settings), ALGORITHM, {"typ": TYPE})


async def signed_in(
    request: Request, session: ReadSession, text: Annotated[str | None, Depends(bearer)]
) -> Identity:
    """Say who calls; from here on the request's session finds only what is theirs."""
    if not text:
        raise HTTPException(401, "Sign in first.", {"WWW-Authenticate": "Bearer"})
    found = await find_session(session, request.app.state.settings, text)
    if not found:
        headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        raise HTTPException(401, "This access token is not valid any more.", headers)
    return work_for(session, found[1])


async def find_session(
    session: AsyncSession, settings: Settings, text: str
) -> tokens.Found:
    """Return the refresh token with which an access token stands, and whose it is."""
    token_id = _token_id(settings, text)
    return await tokens.find_by_id(session, token_id, "refresh") if token_id else None


Caller = Annotated[Identity, Depends(signed_in)]


def _token_id(settings: Settings, text: str) -> UUID | None:
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
    return token_id if decoded["header"].get("typ") == TYPE else None


def _parties(settings: Settings) -> dict[str, str]:
    issuer = f"https://{settings.allowed_hosts[0]}"
    return {"iss": issuer, "aud": f"{issuer}/api"}


def signing_key(settings: Settings) -> bytes:
    """Return a key for this purpose alone."""
    return sha256(f"access token {settings.secret_key}".encode()).digest()
