import pytest
from pydantic import TypeAdapter, ValidationError

from app.accounts.inputs import Email, NewPassword, as_kept

EMAILS: TypeAdapter[str] = TypeAdapter(Email)
PASSWORDS: TypeAdapter[str] = TypeAdapter(NewPassword)


def test_an_address_has_one_spelling() -> None:
    assert EMAILS.validate_python(" Ada@Bücher.Example.org ") == (
        "ada@xn--bcher-kva.example.org"
    )
    assert as_kept("ADA@example.org") == "ada@example.org"
    assert as_kept("nobody\0") == ""


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "a@b@c.org", "ä@example.org", "a\n@example.org"]
)
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(ValidationError):
        EMAILS.validate_python(email)


@pytest.mark.parametrize("password", ["x1 ü☕\0 y", "a" * 64 + "b" * 64])
def test_passwords_may_hold_anything(password: str) -> None:
    assert PASSWORDS.validate_python(password) == password


@pytest.mark.parametrize(
    "password", ["short-1", "ab" * 65, "Password123", "iloveyou", "zzzzzzzzzzzz"]
)
def test_short_long_and_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        PASSWORDS.validate_python(password)
