"""What may come in for an account: the same rules whoever brings it."""

import unicodedata
from pathlib import Path
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, WithJsonSchema
from pydantic_core import PydanticCustomError

SHORTEST, LONGEST = 8, 128
COMMON = frozenset((Path(__file__).parent / "common_passwords.txt").read_text().split())


def as_kept(value: str) -> str:
    """Return the one spelling of an address; of one that nobody can have nothing."""
    try:
        found = validate_email(
            value.strip(), allow_smtputf8=False, check_deliverability=False
        )
    except EmailNotValidError:
        return ""
    return (found.ascii_email or "").lower()


def clean_email(value: str) -> str:
    if email := as_kept(value):
        return email
    raise PydanticCustomError("email", "This is not an e-mail address.")


def same_text(password: str) -> str:
    """Return what keyboards write in several ways as the same text."""
    return unicodedata.normalize("NFC", password)


def _check_password(value: str) -> str:
    value = same_text(value)
    if not SHORTEST <= len(value) <= LONGEST:
        raise PydanticCustomError("length", "A password has 8 to 128 characters.")
    if value.casefold() in COMMON or len(set(value)) == 1:
        raise PydanticCustomError("common", "Too many people use this password.")
    return value


Email = Annotated[
    str,
    AfterValidator(clean_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": 254}),
]
NewPassword = Annotated[
    str,
    AfterValidator(_check_password),
    WithJsonSchema(
        {
            "type": "string",
            "format": "password",
            "minLength": SHORTEST,
            "maxLength": LONGEST,
        }
    ),
]


class Input(BaseModel, extra="forbid"):
    """Takes nothing that it does not know."""


class Registration(Input):
    email: Email
    password: NewPassword


class Confirmation(Input):
    token: str


class ResetRequest(Input):
    email: Email


class Reset(Input):
    token: str
    password: NewPassword


class PasswordChange(Input):
    current_password: str
    new_password: NewPassword
