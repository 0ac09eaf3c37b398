"""How passwords are verified: AUTHENTICATION_BACKENDS."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from app.database import release_connection
from app.users.models import User, normalize_email


class AccountBackend(ModelBackend):
    """Verifies passwords as Django does, but holds no connection to the database.

    Verifying is slow on purpose, and requests may have to wait for each other.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        user = User.objects.filter(email=normalize_email(username)).first()
        release_connection()
        if user is None:
            make_password(password)  # takes as long as verifying
            return None
        is_valid = user.check_password(password)
        return user if is_valid and self.user_can_authenticate(user) else None
