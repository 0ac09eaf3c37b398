"""Hashing and validating passwords: PASSWORD_HASHERS and AUTH_PASSWORD_VALIDATORS."""

import os
import unicodedata
from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError

PASSWORD_MAX_LENGTH = 128
# The same text can be written with more code points than it has after normalization.
PASSWORD_INPUT_MAX_LENGTH = 4 * PASSWORD_MAX_LENGTH
# Hashing takes much memory. One processor stays free for all other requests.
hashing_limiter = BoundedSemaphore(max(1, (os.cpu_count() or 1) - 1))


def normalize_password(password: str) -> str:
    """Return the NFC form, since keyboards write some characters in several ways.

    Text that is far too long is returned unchanged: it is refused for its length, and
    normalizing it would take time that grows with the square of its length.
    """
    if len(password) > PASSWORD_INPUT_MAX_LENGTH:
        return password
    return unicodedata.normalize("NFC", password)


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with the minimum that OWASP recommends."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with hashing_limiter:
            return super().encode(normalize_password(password), salt)

    def verify(self, password: str, encoded: str) -> bool:
        with hashing_limiter:
            return super().verify(normalize_password(password), encoded)


class MaximumLengthValidator:
    def validate(self, password: str, user: Any = None) -> None:
        if len(normalize_password(password)) > PASSWORD_MAX_LENGTH:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return f"Use at most {PASSWORD_MAX_LENGTH} characters."


class RepeatedCharacterValidator:
    def validate(self, password: str, user: Any = None) -> None:
        if len(set(password)) == 1:
            raise ValidationError(self.get_help_text(), code="password_too_common")

    def get_help_text(self) -> str:
        return "Use more than one character."
