"""Hashing and verifying passwords."""

import os
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.errors import Unavailable

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
# One processor stays free for all other requests.
hashing_limiter = BoundedSemaphore(max(1, (os.cpu_count() or 1) - 1))
HASHING_TIMEOUT = 4  # seconds to wait for other requests that hash


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


def hash_password(password: str) -> str:
    """Return the hash. It is slow on purpose: call it while no transaction is open."""
    with _limit_hashing():
        return hasher.hash(normalize_password(password))


def verify_password(password: str, password_hash: str) -> Verification:
    """Check a password. It is as slow as hashing one."""
    try:
        normalized = normalize_password(password)
    except ValueError:
        normalized = ""  # shorter than any password, so it is never valid
    with _limit_hashing():
        is_valid, new_hash = hasher.verify_and_update(normalized, password_hash)
    return Verification(is_valid, new_hash)


@contextmanager
def _limit_hashing() -> Iterator[None]:
    """Wait until the block may hash, or raise Unavailable."""
    if not hashing_limiter.acquire(timeout=HASHING_TIMEOUT):
        raise Unavailable
    try:
        yield
    finally:
        hashing_limiter.release()
