"""Hashing and verifying passwords."""

import os
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

PASSWORD_MIN_LENGTH, PASSWORD_MAX_LENGTH = 8, 128
# The same text can be written with more code points than it has after normalization.
PASSWORD_INPUT_MAX_LENGTH = 4 * PASSWORD_MAX_LENGTH
COMMON_PASSWORDS = frozenset(
    (Path(__file__).parent / "common_passwords.txt").read_text().split()
)

# The minimum that OWASP recommends for Argon2id.
hasher = PasswordHash([Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)])
# Verified for unknown addresses, so that they take as long as known ones.
DUMMY_PASSWORD_HASH = hasher.hash(secrets.token_hex())
# Hashing runs in threads. One processor stays free for all other requests.
hashing_limiter = CapacityLimiter(max(1, (os.cpu_count() or 1) - 1))


@dataclass(frozen=True)
class Verification:
    """The result of verifying a password."""

    is_valid: bool
    # A new hash of the same password if the parameters of the hasher have changed.
    new_hash: str | None = None


def normalize_password(password: str) -> str:
    """Return the NFC form, since keyboards write some characters in several ways.

    Raise ValueError for text that is too long or not valid Unicode. The length is
    checked first, because normalizing takes quadratic time in the worst case.
    """
    if len(password) > PASSWORD_INPUT_MAX_LENGTH:
        message = "The password is too long."
        raise ValueError(message)
    password.encode()  # UnicodeEncodeError is a ValueError
    return unicodedata.normalize("NFC", password)


def is_common(password: str) -> bool:
    return password.casefold() in COMMON_PASSWORDS or len(set(password)) == 1


async def hash_password(password: str) -> str:
    return await run_sync(
        hasher.hash, normalize_password(password), limiter=hashing_limiter
    )


async def verify_password(password: str, password_hash: str) -> Verification:
    try:
        normalized = normalize_password(password)
    except ValueError:
        normalized = ""  # shorter than any password, so it is never valid
    is_valid, new_hash = await run_sync(
        hasher.verify_and_update, normalized, password_hash, limiter=hashing_limiter
    )
    return Verification(is_valid, new_hash)
