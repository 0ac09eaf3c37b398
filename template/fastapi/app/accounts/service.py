"""What people can do with their accounts. The caller owns the transaction."""

import os

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from app.accounts import tokens
from app.accounts.schemas import PasswordChange, Registration, Reset, same_text
from app.accounts.models import User
from app.database import now
from app.errors import AppError

# The least that OWASP's cheat sheet on storing passwords recommends.
argon2id = Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
hasher = PasswordHash([argon2id])
# What an unknown address is checked against, so that it takes as long as a known one.
NOBODYS = hasher.hash(os.urandom(16).hex())
# Hashed beside the event loop. More at a time would only take the processors from all
# other requests.
at_once = CapacityLimiter(max(1, (os.cpu_count() or 1) - 1))
log = get_logger()


class SignInFailed(AppError):
    """Whatever was wrong: what exactly is nobody's business."""

    status, detail = 401, "The address or the password is wrong."


class WrongPassword(AppError):
    status, detail = 403, "The current password is wrong."


class LinkExpired(AppError):
    status, detail = 400, "This link is not valid any more. Ask for a new one."


async def register(session: AsyncSession, new: Registration) -> tuple[str, str]:
    """Add an account that waits for its address to be confirmed.

    Returns the kind of mail that is due, and the token for it. Whoever has an account
    already gets one with which to choose a new password: the same work, and a help.
    """
    password_hash = await hash_password(new.password)
    user = await find_user(session, new.email)
    if user is None:
        user = User(email=new.email, password_hash=password_hash)
        session.add(user)
        try:
            await session.flush()
        except IntegrityError:  # registered in this very moment
            await session.rollback()
            user = await find_user(session, new.email)
            if user is None:
                raise
    kind = "reset" if user.confirmed_at else "confirm"
    if kind == "confirm":  # only who registered last has a link that works
        user.password_hash = password_hash
        await tokens.end_all(session, user.id)
    log.info("registered", user=str(user.id))
    return kind, await tokens.issue(session, user.id, kind)


async def confirm(session: AsyncSession, *, token: str) -> None:
    user = await _owner_of(session, token, "confirm")
    await tokens.end(session, token, "confirm")
    user.confirmed_at = user.confirmed_at or now()
    log.info("confirmed", user=str(user.id))


async def sign_in(session: AsyncSession, *, email: str, password: str) -> User:
    user = await _with_password(session, email, password)
    if user is None or not user.may_sign_in:
        log.warning("sign_in_failed")
        raise SignInFailed
    log.info("signed_in", user=str(user.id))
    return user


async def forget_password(session: AsyncSession, *, email: str) -> str | None:
    """Return a token with which to choose a new password, if there is an account."""
    user = await find_user(session, email)
    if user is None or not user.is_active:
        return None
    log.info("reset_requested", user=str(user.id))
    return await tokens.issue(session, user.id, "reset")


async def reset_password(session: AsyncSession, reset: Reset) -> None:
    user = await _owner_of(session, reset.token, "reset")
    await _set_password(session, user, reset.password)
    user.confirmed_at = user.confirmed_at or now()  # the mail did arrive
    log.info("password_reset", user=str(user.id))


async def change_password(
    session: AsyncSession, change: PasswordChange, *, email: str
) -> User:
    """Change the password, and end all that the old one had let in."""
    user = await _with_password(session, email, change.current_password)
    if user is None:
        log.warning("sign_in_failed")
        raise WrongPassword
    await _set_password(session, user, change.new_password)
    log.info("password_changed", user=str(user.id))
    return user


async def find_user(session: AsyncSession, email: str) -> User | None:
    users = await session.scalars(select(User).where(User.email == email))
    return users.one_or_none()


async def hash_password(password: str) -> str:
    return await run_sync(hasher.hash, same_text(password), limiter=at_once)


async def _with_password(
    session: AsyncSession, email: str, password: str
) -> User | None:
    """Return the user if the password is right; it takes as long if there is none."""
    user = await find_user(session, email)
    await session.commit()  # hashing takes its time: keep no connection waiting
    kept = user.password_hash if user else NOBODYS
    valid, updated = await run_sync(
        hasher.verify_and_update, same_text(password), kept, limiter=at_once
    )
    if user is None or not valid:
        return None
    user.password_hash = updated or user.password_hash
    return user


async def _owner_of(session: AsyncSession, token: str, kind: str) -> User:
    found = await tokens.find(session, token, kind)
    if found is None:
        raise LinkExpired
    return await session.get_one(User, found[1].id)


async def _set_password(session: AsyncSession, user: User, password: str) -> None:
    await session.commit()
    user.password_hash = await hash_password(password)
    await tokens.end_all(session, user.id)
