"""Signed access tokens, and refresh tokens that rotate."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import jwt
import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from app.accounts.tokens.models import RefreshToken, TokenFamily
from app.users.models import User

ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)
ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - the type from RFC 9068, not a token
ALGORITHM = "HS256"
CLOCK_LEEWAY = timedelta(seconds=30)  # between the clocks of several hosts
REFRESH_TOKEN_LIFETIME = timedelta(days=14)
FAMILY_LIFETIME = timedelta(days=90)
# Simultaneous requests of one client may use the same refresh token.
REUSE_LEEWAY = timedelta(seconds=10)
log = structlog.get_logger(__name__)


class IssuedTokens(NamedTuple):
    access_token: str
    refresh_token: str


def create_tokens(user: User) -> IssuedTokens:
    """Create a token family and return its first tokens."""
    now = timezone.now()
    family = TokenFamily.objects.create(
        user=user, created_at=now, expires_at=_expiry(now)
    )
    return _issue(family)


@transaction.atomic
def rotate_refresh_token(token: str) -> IssuedTokens | None:
    """Return new tokens for a refresh token, or None if it is not valid.

    A token that was used more than ten seconds ago has been copied, and it is
    unknown which copy is the client's. Then the whole family is revoked.
    """
    now = timezone.now()
    refresh_token = RefreshToken.objects.filter(
        token_hash=_hash(token), expires_at__gt=now
    ).first()
    if refresh_token is None:
        return None
    # The family is locked first, as by those who revoke it. Until then another
    # request may have used the token, so that it is read again.
    family = (
        TokenFamily.objects.select_for_update()
        .filter(pk=refresh_token.family_id, expires_at__gt=now)
        .first()
    )
    if family is None or not family.user.is_active:
        return None
    refresh_token.refresh_from_db()
    if refresh_token.used_at is None:
        refresh_token.used_at = now
        refresh_token.save(update_fields=["used_at"])
    elif now - refresh_token.used_at > REUSE_LEEWAY:
        log.warning(
            "refused", reason="refresh token was used before", user=str(family.user_id)
        )
        family.delete()
        return None
    family.expires_at = _expiry(family.created_at)
    family.save(update_fields=["expires_at"])
    return _issue(family)


def revoke_token_family(token: str) -> None:
    """Revoke all tokens that come from the same sign-in as this refresh token."""
    TokenFamily.objects.filter(refresh_tokens__token_hash=_hash(token)).delete()


def find_user(access_token: str) -> User | None:
    """Return the user of an access token if its family is not revoked."""
    family_id = parse_access_token(access_token)
    if family_id is None:
        return None
    return User.objects.filter(
        token_families=family_id,
        token_families__expires_at__gt=timezone.now(),
        is_active=True,
    ).first()


def parse_access_token(access_token: str) -> UUID | None:
    """Return the id of the token family, or None if the token is not valid."""
    for secret_key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            decoded = jwt.decode_complete(
                access_token,
                _signing_key(secret_key),
                algorithms=[ALGORITHM],
                issuer=settings.PUBLIC_URL,
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
    issued_at = timezone.now()
    claims: dict[str, Any] = {
        "iss": settings.PUBLIC_URL,
        "aud": _audience(),
        "sub": str(family.user_id),
        "sid": str(family.pk),
        "iat": issued_at,
        "exp": issued_at + ACCESS_TOKEN_LIFETIME,
    }
    headers = {"typ": ACCESS_TOKEN_TYPE}
    return jwt.encode(claims, _signing_key(settings.SECRET_KEY), ALGORITHM, headers)


def _issue(family: TokenFamily) -> IssuedTokens:
    token = secrets.token_urlsafe(32)
    RefreshToken.objects.create(
        family=family, token_hash=_hash(token), expires_at=family.expires_at
    )
    return IssuedTokens(create_access_token(family), token)


def _audience() -> str:
    return f"{settings.PUBLIC_URL}/api"


def _signing_key(secret_key: str) -> bytes:
    """Return a key that is used for nothing but access tokens."""
    return sha256(f"access token {secret_key}".encode()).digest()


def _hash(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()


def _expiry(created_at: datetime) -> datetime:
    return min(timezone.now() + REFRESH_TOKEN_LIFETIME, created_at + FAMILY_LIFETIME)
