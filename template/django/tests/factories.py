"""Users for the tests."""

from django.contrib.auth.models import Permission

from app.accounts.passwords import Argon2Hasher
from app.users.models import User

# Hashing that makes passwords hard to guess would make tests slow.
Argon2Hasher.time_cost, Argon2Hasher.memory_cost = 1, 8
PASSWORD = "tea at four o'clock"


def create_user(email: str = "ada@example.org", *, is_staff: bool = False) -> User:
    return User.objects.create_user(email, PASSWORD, is_staff=is_staff)


def make_staff(user: User, *permissions: str) -> User:
    """Let a user join the staff, with permissions such as "view_item"."""
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return User.objects.get(pk=user.pk)  # The old object still has its permissions.
