"""Tokens of API clients: signed access tokens, and refresh tokens that rotate."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import jwt
from flask import current_app
from sqlalchemy import bindparam, delete, select
from structlog import get_logger

from app.accounts.models import RefreshToken, TokenFamily, User
from app.database import now
from app.extensions import db

ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)
ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - the type from RFC 9068, not a token
ALGORITHM = "HS256"
CLOCK_LEEWAY = timedelta(seconds=30)  # between the clocks of several hosts
REFRESH_TOKEN_LIFETIME = timedelta(days=14)
FAMILY_LIFETIME = timedelta(days=90)
# Simultaneous requests of one client may use the same refresh token.
REUSE_LEEWAY = timedelta(seconds=10)
log = get_logger()

# Built once, since it is executed in every request with a token.
ACTIVE_TOKEN_QUERY = (
    select(User)
    .join(TokenFamily, TokenFamily.user_id == User.id)
    .where(
        TokenFamily.id == bindparam("family_id"),
        TokenFamily.expires_at > bindparam("now"),
        User.is_active,
    )
)


class IssuedTokens(NamedTuple):
    access_token: str
    refresh_token: str


def create_tokens(user: User) -> IssuedTokens:
    """Create a token family and return its first tokens."""
    family = TokenFamily(
        id=uuid4(), user_id=user.id, created_at=now(), expires_at=_expiry(now())
    )
    db.session.add(family)
    db.session.flush()
    return _issue(family)


def rotate_refresh_token(token: str) -> IssuedTokens | None:
    """Return new tokens for a refresh token, or None if it is not valid.

    A token that was used more than ten seconds ago has been copied, and it is
    unknown which copy is the client's. Then the whole family is revoked.
    """
    refresh_token = db.session.scalar(
        select(RefreshToken).where(
            RefreshToken.token_hash == _hash(token), RefreshToken.expires_at > now()
        )
    )
    if refresh_token is None:
        return None
    # The family is locked first, as by those who revoke it. Until then another
    # request may have used the token, so that it is read again.
    family = db.session.scalar(
        select(TokenFamily)
        .where(
            TokenFamily.id == refresh_token.family_id,
            TokenFamily.expires_at > now(),
        )
        .with_for_update()
    )
    if family is None or not _is_active(family.user_id):
        return None
    db.session.refresh(refresh_token)
    if refresh_token.used_at is None:
        refresh_token.used_at = now()
    elif now() - refresh_token.used_at > REUSE_LEEWAY:
        log.warning(
            "refused", reason="refresh token was used before", user=str(family.user_id)
        )
        db.session.execute(delete(TokenFamily).where(TokenFamily.id == family.id))
        return None
    family.expires_at = _expiry(family.created_at)
    return _issue(family)


def revoke_token_family(token: str) -> None:
    """Revoke all tokens that come from the same sign-in as this refresh token."""
    family = select(RefreshToken.family_id).where(
        RefreshToken.token_hash == _hash(token)
    )
    db.session.execute(
        delete(TokenFamily).where(TokenFamily.id == family.scalar_subquery())
    )


def find_user(access_token: str) -> User | None:
    """Return the user of an access token if its family is not revoked."""
    family_id = parse_access_token(access_token)
    if family_id is None:
        return None
    values = {"family_id": family_id, "now": now()}
    user: User | None = db.session.scalar(ACTIVE_TOKEN_QUERY, values)
    return user


def parse_access_token(access_token: str) -> UUID | None:
    """Return the id of the token family, or None if the token is not valid."""
    config = current_app.config
    for secret_key in (config["SECRET_KEY"], *config["SECRET_KEY_FALLBACKS"]):
        try:
            decoded = jwt.decode_complete(
                access_token,
                _signing_key(secret_key),
                algorithms=[ALGORITHM],
                issuer=config["PUBLIC_URL"],
                audience=_audience(),
                leeway=CLOCK_LEEWAY,
                options={"require": ["aud", "exp", "iat", "iss", "sid", "sub"]},
            )
            family_id = UUID(decoded["payload"]["sid"])
        except (jwt.InvalidTokenError, ValueError):
            continue
        return family_id if decoded["header"].get("typ") == ACCESS_TOKEN_TYPE else None
    return None


def create_access_token(family: TokenFamily) -> str:
    issued_at = now()
    claims: dict[str, Any] = {
        "iss": current_app.config["PUBLIC_URL"],
        "aud": _audience(),
        "sub": str(family.user_id),
        "sid": str(family.id),
        "iat": issued_at,
        "exp": issued_at + ACCESS_TOKEN_LIFETIME,
    }
    headers = {"typ": ACCESS_TOKEN_TYPE}
    key = _signing_key(current_app.config["SECRET_KEY"])
    return jwt.encode(claims, key, ALGORITHM, headers)


def _is_active(user_id: UUID) -> bool:
    query = select(User.is_active).where(User.id == user_id)
    return db.session.scalar(query) or False


def _issue(family: TokenFamily) -> IssuedTokens:
    token = secrets.token_urlsafe(32)
    row = RefreshToken(
        family_id=family.id,
        token_hash=_hash(token),
        expires_at=family.expires_at,
    )
    db.session.add(row)
    db.session.flush()
    return IssuedTokens(create_access_token(family), token)


def _audience() -> str:
    return f"{current_app.config['PUBLIC_URL']}/api"


def _signing_key(secret_key: str) -> bytes:
    """Return a key that is used for nothing but access tokens."""
    return sha256(f"access token {secret_key}".encode()).digest()


def _hash(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()


def _expiry(created_at: datetime) -> datetime:
    return min(now() + REFRESH_TOKEN_LIFETIME, created_at + FAMILY_LIFETIME)
