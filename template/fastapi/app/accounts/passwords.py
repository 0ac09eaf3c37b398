"""Passwords as Argon2id hashes, made and checked beside the event loop."""

import os

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.accounts.inputs import same_text

# The least that OWASP's cheat sheet on storing passwords recommends.
argon2id = Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
hasher = PasswordHash([argon2id])
# What an unknown address is checked against, so that it takes as long as a known one.
NOBODYS = hasher.hash(os.urandom(16).hex())
# More at a time would only take the processors from all other requests.
at_once = CapacityLimiter(max(1, (os.cpu_count() or 1) - 1))


async def hash_password(password: str) -> str:
    return await run_sync(hasher.hash, same_text(password), limiter=at_once)


async def verify_password(
    password: str, password_hash: str | None
) -> tuple[bool, str | None]:
    """Say whether it is right, and give its new hash if the old one is outdated."""
    valid, updated = await run_sync(
        hasher.verify_and_update,
        same_text(password),
        password_hash or NOBODYS,
        limiter=at_once,
    )
    return valid and password_hash is not None, updated
