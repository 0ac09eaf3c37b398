"""What clients send to the API about accounts, and what it returns."""

from typing import Annotated, Literal
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.accounts.passwords import PASSWORD_INPUT_MAX_LENGTH, PASSWORD_MAX_LENGTH
from app.accounts.service import EMAIL_MAX_LENGTH, parse_email
from app.api.schemas import Input, Output

# Examples in the schemas.
EMAIL = "ada@example.org"
TOKEN = "nNcFdQwOHwN5-cvyzmzqbTr_i8Nq1vZkdkVl9LF7eHk"  # noqa: S105 - an example
PASSWORD = "tea at four o'clock"  # noqa: S105 - an example


def check_email(value: str) -> str:
    if email := parse_email(value):
        return email
    raise PydanticCustomError("email", "Enter a valid email address.")


def check_text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        message = "Enter text without lone surrogates."
        raise PydanticCustomError("text", message) from None
    return value


def check_new_password(value: str) -> str:
    try:
        validate_password(value)
    except ValidationError as error:
        message = {"message": " ".join(error.messages)}
        raise PydanticCustomError("password", "{message}", message) from None
    return value


Email = Annotated[
    str,
    AfterValidator(check_email),
    WithJsonSchema(
        {
            "type": "string",
            "format": "email",
            "maxLength": EMAIL_MAX_LENGTH,
            "examples": [EMAIL],
        }
    ),
]
NewPassword = Annotated[
    str,
    Field(max_length=PASSWORD_INPUT_MAX_LENGTH),
    AfterValidator(check_text),
    AfterValidator(check_new_password),
    WithJsonSchema(
        {
            "type": "string",
            "format": "password",
            "minLength": 8,
            "maxLength": PASSWORD_MAX_LENGTH,
            "examples": ["biscuits at five o'clock"],
        }
    ),
]
CurrentPassword = Annotated[
    str,
    Field(max_length=PASSWORD_INPUT_MAX_LENGTH, examples=[PASSWORD]),
    AfterValidator(check_text),
]
Token = Annotated[str, Field(max_length=1000, examples=[TOKEN])]


class RegistrationCreate(Input):
    email: Email
    password: NewPassword


class RegistrationConfirm(Input):
    token: Token


class PasswordResetCreate(Input):
    email: Email


class PasswordResetConfirm(Input):
    token: Token
    password: NewPassword


class PasswordChange(Input):
    current_password: CurrentPassword
    new_password: NewPassword


class RefreshTokenInput(Input):
    refresh_token: Token


class SignIn(BaseModel):
    """The form of OAuth2's password flow. Its other fields are ignored."""

    grant_type: Literal["password"] = "password"
    username: str = Field(description="The email address.", examples=[EMAIL])
    password: str = Field(examples=[PASSWORD])


class TokenPair(Output):
    access_token: str = Field(examples=["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"])
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the type, not a token
    expires_in: int = Field(
        description="Seconds until the access token expires.", examples=[900]
    )
    refresh_token: str = Field(examples=[TOKEN])


class UserRead(Output):
    id: UUID = Field(examples=["3f2b8c1e-5d4a-4e6f-9a7b-0c1d2e3f4a5b"])
    email: str = Field(examples=[EMAIL])
    is_staff: bool = Field(examples=[False])
