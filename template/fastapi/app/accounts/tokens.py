"""Random tokens: for sessions, for refreshing, and for what mails lead to."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from app.accounts.models import Token, User
from app.database import now

# How long each lives from its last use, and from when it was first given out.
LIFETIMES = {
    "session": (timedelta(hours=24), timedelta(days=14)),
    "refresh": (timedelta(days=14), timedelta(days=90)),
    "confirm": (timedelta(days=3), timedelta(days=3)),
    "reset": (timedelta(hours=1), timedelta(hours=1)),
}
log = get_logger()


class Identity(NamedTuple):
    id: UUID
    email: str
    is_staff: bool


class Kept(NamedTuple):
    """What is known of a token that holds, in plain values."""

    id: UUID
    hash: str
    created_at: datetime
    expires_at: datetime


Found = tuple[Kept, Identity] | None
# Asked at every request: so it is put together once, and asks for no more than needed.
HOLDING = (
    select(
        *(Token.id, Token.hash, Token.created_at, Token.expires_at),
        *(User.id, User.email, User.is_staff),
    )
    .join(User, User.id == Token.user_id)
    .where(
        Token.id == bindparam("id"),
        Token.kind == bindparam("kind"),
        Token.expires_at > bindparam("now"),
        User.is_active,
    )
)


async def issue(session: AsyncSession, user_id: UUID, kind: str) -> str:
    """Give out a token, and clear away those of the user that have expired."""
    old = delete(Token).where(Token.user_id == user_id, Token.expires_at < now())
    await session.execute(old)
    token = Token(id=uuid4(), user_id=user_id, kind=kind)
    text = _text(token.id)
    token.hash, token.expires_at = _hash(text), _expiry(kind, now())
    session.add(token)
    await session.flush()
    return text


async def find(session: AsyncSession, text: str, kind: str) -> Found:
    """Return the token that this is the text of, and whose it is."""
    found = await find_by_id(session, id_of(text), kind)
    return found if found and compare_digest(found[0].hash, _hash(text)) else None


async def find_by_id(session: AsyncSession, token_id: UUID, kind: str) -> Found:
    values = {"id": token_id, "kind": kind, "now": now()}
    row = (await session.execute(HOLDING, values)).one_or_none()
    return row and (Kept(*row[:4]), Identity(*row[4:]))


async def keep(session: AsyncSession, token: Kept) -> None:
    """Let a session live on since it was used; that is written every now and then."""
    expires_at = _expiry("session", token.created_at)
    if expires_at - token.expires_at > timedelta(minutes=10):
        this = update(Token).where(Token.id == token.id)
        await session.execute(this.values(expires_at=expires_at))
        await session.commit()


async def rotate(session: AsyncSession, text: str) -> tuple[UUID, str] | None:
    """Exchange a refresh token for the next of its family, and say whose they are.

    One that comes a second time has been copied, and nobody knows by whom. That ends
    the family.
    """
    found = await find_by_id(session, id_of(text), "refresh")
    if found is None:
        return None
    token, user = found
    following = _text(token.id)
    exchanged = await session.execute(
        update(Token)
        .where(Token.id == token.id, Token.hash == _hash(text))
        .values(hash=_hash(following), expires_at=_expiry("refresh", token.created_at))
    )
    if isinstance(exchanged, CursorResult) and exchanged.rowcount == 1:
        return user.id, following
    await session.execute(delete(Token).where(Token.id == token.id))
    await session.commit()
    log.warning("refused", reason="a refresh token came twice", user=str(user.id))
    return None


async def end(session: AsyncSession, text: str, kind: str) -> bool:
    """End a token, and say whether there was one to end."""
    this = (Token.id == id_of(text), Token.kind == kind, Token.hash == _hash(text))
    ended = await session.execute(delete(Token).where(*this))
    return isinstance(ended, CursorResult) and ended.rowcount == 1


async def end_all(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(delete(Token).where(Token.user_id == user_id))


def id_of(text: str) -> UUID:
    """Return the part of a token by which it is found; of nonsense that of nobody."""
    try:
        return UUID(hex=text.partition(".")[0])
    except ValueError:
        return UUID(int=0)


def _text(token_id: UUID) -> str:
    return f"{token_id.hex}.{secrets.token_urlsafe(32)}"


def _hash(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()


def _expiry(kind: str, created_at: datetime) -> datetime:
    idle, absolute = LIFETIMES[kind]
    return min(now() + idle, created_at + absolute)
