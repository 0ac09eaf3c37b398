from datetime import timedelta
from io import StringIO
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.test import RequestFactory
from django.utils import timezone

from app.accounts import service
from app.accounts.emails import send_password_reset_email, send_registration_email
from app.accounts.links import LinkExpired, create_link_token, parse_link_token
from app.accounts.models import PasswordReset, Registration
from app.accounts.passwords import normalize_password
from app.users.models import User
from tests.accounts.helpers import NEW_PASSWORD
from tests.factories import PASSWORD, create_user

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"


def in_minutes(minutes: int) -> Any:
    return timezone.now() + timedelta(minutes=minutes)


def verify(email: str, password: str) -> User | None:
    return service.verify_credentials(RequestFactory().get("/"), email, password)


@pytest.mark.parametrize(
    ("text", "email"),
    [
        (" Ada@B\u00fccher.Example.org ", "ada@xn--bcher-kva.example.org"),
        ("ada\0@example.org", ""),
        ("a" * 100_000, ""),
    ],
)
def test_an_address_has_one_spelling(text: str, email: str) -> None:
    assert service.parse_email(text) == email


@pytest.mark.parametrize(
    "password",
    ["short-1", "ab" * 65, "Password123", "iloveyou", "z" * 12, "a\u0315" * 300],
)
def test_short_long_and_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)


def test_a_password_is_the_same_in_each_normalization_form(user: User) -> None:
    assert normalize_password("cafe\u0301 au lait") == "caf\u00e9 au lait"
    user.set_password("cafe\u0301 au lait")
    assert user.check_password("caf\u00e9 au lait")


def test_a_password_that_changed_since_it_was_verified_signs_nobody_in(
    user: User,
) -> None:
    verified = verify(user.email, PASSWORD)
    assert verified is not None
    service.change_password(verified, "another hash")
    with pytest.raises(service.InvalidCredentials):
        service.sign_in(verified)
    with pytest.raises(service.WrongPassword):
        service.change_password(verified, "a third hash")


def test_a_password_hashed_by_another_algorithm_is_replaced(
    user: User, settings: Any
) -> None:
    hashers = settings.PASSWORD_HASHERS
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    user.set_password(PASSWORD)
    user.save()
    settings.PASSWORD_HASHERS = hashers
    verified = verify(user.email, PASSWORD)
    assert verified is not None
    assert verified.password.startswith("argon2$argon2id$")
    assert service.sign_in(verified) == user


def test_a_link_confirms_the_password_it_was_sent_for() -> None:
    tokens = []
    for password in ("first", "second"):
        registration = Registration.objects.create(
            email=ADA, password=password, expires_at=in_minutes(1)
        )
        assert str(registration) == ADA
        tokens.append(create_link_token("confirm registration", registration.pk))
    service.confirm_registration(tokens[0])
    assert User.objects.get(email=ADA).password == "first"
    with pytest.raises(LinkExpired):
        service.confirm_registration(tokens[1])


@pytest.mark.parametrize(("email", "minutes"), [(ADA, 1), ("bob@example.org", -1)])
def test_a_link_that_expired_or_whose_address_is_taken_confirms_nothing(
    user: User, email: str, minutes: int
) -> None:
    registration = Registration.objects.create(
        email=email, password="another hash", expires_at=in_minutes(minutes)
    )
    token = create_link_token("confirm registration", registration.pk)
    with pytest.raises(LinkExpired):
        service.confirm_registration(token)
    assert User.objects.get() == user


def test_other_failures_are_not_taken_for_a_taken_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_user: User) -> None:
        raise IntegrityError

    monkeypatch.setattr(User, "save", fail)
    registration = Registration.objects.create(
        email=ADA, password="a hash", expires_at=in_minutes(1)
    )
    token = create_link_token("confirm registration", registration.pk)
    with pytest.raises(IntegrityError):
        service.confirm_registration(token)


def test_a_link_is_good_for_one_purpose() -> None:
    row_id = uuid4()
    token = create_link_token("reset password", row_id)
    assert parse_link_token("reset password", token) == row_id
    with pytest.raises(LinkExpired):
        parse_link_token("confirm registration", token)


def test_a_reset_is_used_once(user: User) -> None:
    resets = [
        PasswordReset.objects.create(user=user, expires_at=in_minutes(1))
        for _ in range(2)
    ]
    service.reset_password(resets[0].pk, "another hash")
    for reset in resets:
        assert str(reset).startswith("Password reset until")
        with pytest.raises(LinkExpired):
            service.reset_password(reset.pk, "a third hash")
    user.refresh_from_db()
    assert user.password == "another hash"


def test_a_disabled_account_gets_no_email(user: User) -> None:
    user.is_active = False
    user.save()
    send_password_reset_email(user.email)
    send_password_reset_email("unknown@example.org")
    send_registration_email(uuid4())
    assert not mail.outbox


def test_the_last_active_staff_account_cannot_be_deleted() -> None:
    staff = [create_user(f"{name}@example.org", is_staff=True) for name in "ab"]
    service.delete_user(staff[0])
    with pytest.raises(service.LastStaffAccount):
        service.delete_user(staff[1])
    service.delete_user(create_user())
    assert User.objects.get() == staff[1]


def test_what_has_expired_is_deleted() -> None:
    for email, minutes in (("old@example.org", -1), ("new@example.org", 1)):
        Registration.objects.create(
            email=email, password="hash", expires_at=in_minutes(minutes)
        )
    call_command("delete_expired")
    assert Registration.objects.get().email == "new@example.org"


def test_the_command_creates_staff_and_keeps_existing_accounts(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for email in (user.email, "new@example.org"):
        monkeypatch.setattr("sys.stdin", StringIO(f"{NEW_PASSWORD}\n"))
        output = StringIO()
        call_command("create_admin", email, stdout=output)
        assert f"{email} is a staff account now." in output.getvalue()
        verified = verify(email, NEW_PASSWORD)
        assert verified is not None
        assert verified.is_staff


@pytest.mark.parametrize(
    ("address", "password", "reason"),
    [("boss", PASSWORD, "valid email address"), (ADA, "password", "too common")],
)
def test_the_command_says_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, address: str, password: str, reason: str
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(f"{password}\n"))
    with pytest.raises(CommandError, match=reason):
        call_command("create_admin", address)


def test_a_password_that_is_typed_is_asked_for_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", Mock(isatty=lambda: True))
    typed = iter([NEW_PASSWORD, PASSWORD, NEW_PASSWORD, NEW_PASSWORD])
    command = "app.accounts.management.commands.create_admin"
    monkeypatch.setattr(f"{command}.getpass", lambda *_: next(typed))
    with pytest.raises(CommandError, match="passwords are different"):
        call_command("create_admin", ADA)
    call_command("create_admin", "new@example.org", stdout=StringIO())
    assert verify("new@example.org", NEW_PASSWORD)
