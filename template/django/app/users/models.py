"""The user. Django cannot exchange this model later, so it is here from the start."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models


class UserManager(DjangoUserManager["User"]):
    """Create users that are identified by their email address."""

    def create_user(  # type: ignore[override]  # users have no username
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        user = self.model(email=normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(  # type: ignore[override]  # users have no username
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        flags = {"is_staff": True, "is_superuser": True}
        return self.create_user(email, password, **flags, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=normalize_email(username or ""))


class User(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = None  # type: ignore[assignment]  # replaced by the email address
    email = models.EmailField("email address", unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        self.email = normalize_email(self.email)


def normalize_email(email: str) -> str:
    """Return the address in the form in which it is stored and compared."""
    return email.strip().lower()
