import pytest
from django.core.exceptions import ValidationError

from app.users.models import User

pytestmark = pytest.mark.django_db


def test_a_user_is_identified_by_the_email_address() -> None:
    user = User.objects.create_user(" Ada@Example.org ")
    assert str(user) == user.email == "ada@example.org"
    assert not user.is_staff
    assert User.objects.get_by_natural_key("ADA@example.org") == user


def test_a_superuser_is_a_member_of_the_staff() -> None:
    boss = User.objects.create_superuser("boss@example.org")
    assert boss.is_staff
    assert boss.is_superuser


def test_an_address_is_taken_in_any_case() -> None:
    User.objects.create_user("ada@example.org")
    with pytest.raises(ValidationError, match="already exists"):
        User(email="Ada@Example.org", password="x").full_clean()
