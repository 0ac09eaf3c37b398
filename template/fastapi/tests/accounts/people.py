"""Somebody for the tests, and what they get by mail."""

import re
from email.message import EmailMessage

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import User, now
from app.accounts.passwords import hasher

PASSWORD = "tea at four o'clock"
HASH = hasher.hash(PASSWORD)


async def add_user(
    session: AsyncSession, email: str = "ada@example.org", *, is_staff: bool = False
) -> User:
    user = User(email=email, password_hash=HASH, is_staff=is_staff, confirmed_at=now())
    session.add(user)
    await session.commit()
    return user


def mailed(app: FastAPI, to: str = "ada@example.org") -> str:
    """Return the token in the last mail to this address."""
    mails: list[EmailMessage] = app.state.mailer.transport.sent
    text = next(mail.get_content() for mail in reversed(mails) if mail["To"] == to)
    found = re.search(r"[0-9a-f]{32}\.[\w-]{43}", text)
    assert found
    return found[0]
