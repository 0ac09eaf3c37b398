"""Sessions of browsers: a random token in a cookie, and a row with its hash."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request, Response
from fastapi.requests import HTTPConnection
from sqlalchemy import bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User, UserSession
from app.database import Database, now
from app.errors import AppError
from app.settings import Settings

IDLE_LIFETIME = timedelta(hours=24)
ABSOLUTE_LIFETIME = timedelta(days=14)
# The time of last use is written at most this often.
EXTEND_AFTER = timedelta(minutes=10)

ACTIVE_SESSION_QUERY = (
    select(UserSession, User)
    .join(User, User.id == UserSession.user_id)
    .where(
        UserSession.token_hash == bindparam("token_hash"),
        UserSession.expires_at > bindparam("now"),
        User.is_active,
    )
)


class SignInRequired(AppError):
    """Sends the browser to the sign-in page, and from there back to this page.

    After a POST it does not lead back: not every URL that accepts one has a page.
    """

    status, code, detail = 303, "sign_in_required", "Sign in first."

    def __init__(self, request: Request) -> None:
        url = request.url_for("sign_in_page").path
        if request.method in {"GET", "HEAD"}:
            next_url = request.url.replace(scheme="", netloc="")
            url = f"{url}?{urlencode({'next': str(next_url)})}"
        super().__init__(headers={"Location": url})


class ActiveSession(NamedTuple):
    session: UserSession
    user: User


async def create_session(session: AsyncSession, user: User, user_agent: str) -> str:
    """Add a session and return its token."""
    token = secrets.token_urlsafe(32)
    row = UserSession(
        user_id=user.id,
        token_hash=_hash(token),
        user_agent="".join(filter(str.isprintable, user_agent))[:200],
        expires_at=_expiry(now()),
    )
    session.add(row)
    await session.flush()
    return token


async def find_session(session: AsyncSession, token: str) -> ActiveSession | None:
    if not token:
        return None
    values = {"token_hash": _hash(token), "now": now()}
    row = (await session.execute(ACTIVE_SESSION_QUERY, values)).one_or_none()
    return ActiveSession(*row) if row else None


def needs_extension(session: UserSession) -> bool:
    return now() - session.last_used_at > EXTEND_AFTER


async def extend_session(database: Database, session_id: UUID) -> None:
    """Write that a session was used, in a transaction separate from the request's."""
    async with database.session() as session, session.begin():
        row = await session.get(UserSession, session_id)
        if row is not None:
            row.last_used_at = now()
            row.expires_at = _expiry(row.created_at)


async def list_sessions(session: AsyncSession, user: User) -> Sequence[UserSession]:
    query = (
        select(UserSession)
        .where(UserSession.user_id == user.id, UserSession.expires_at > now())
        .order_by(UserSession.last_used_at.desc())
    )
    return (await session.scalars(query)).all()


async def revoke_session(session: AsyncSession, token: str) -> None:
    await session.execute(
        delete(UserSession).where(UserSession.token_hash == _hash(token))
    )


def get_session_token(connection: HTTPConnection, settings: Settings) -> str:
    return connection.cookies.get(_cookie_name(settings), "")


def set_session_cookie(response: Response, settings: Settings, token: str) -> None:
    response.set_cookie(
        _cookie_name(settings),
        token,
        httponly=True,
        samesite="lax",
        secure=settings.force_https,
    )


def delete_session_cookie(response: Response, settings: Settings) -> None:
    response.delete_cookie(
        _cookie_name(settings),
        httponly=True,
        samesite="lax",
        secure=settings.force_https,
    )


def _cookie_name(settings: Settings) -> str:
    # Browsers accept this prefix only over HTTPS and only from this host.
    return "__Host-session" if settings.force_https else "session"


def _hash(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()


def _expiry(created_at: datetime) -> datetime:
    return min(now() + IDLE_LIFETIME, created_at + ABSOLUTE_LIFETIME)
