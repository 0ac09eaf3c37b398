"""The forms of accounts. The rules of their fields are in schemas.py."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField


def _email_field(autocomplete: str, description: str = "") -> Any:
    return EmailField(
        "Email address",
        description=description,
        render_kw={"required": True, "autocomplete": autocomplete},
    )


def _password_field(label: str, autocomplete: str, description: str = "") -> Any:
    return PasswordField(
        label,
        description=description,
        render_kw={"required": True, "autocomplete": autocomplete},
    )


class RegistrationForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    email = _email_field("email", "You get an email to confirm it.")
    password = _password_field(
        "Password", "new-password", "8 to 128 characters of any kind."
    )


class ConfirmationForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    token = HiddenField()


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    email = _email_field("username")
    password = _password_field("Password", "current-password")


class ResetRequestForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    email = _email_field(
        "email",
        "If it has an account, you get an email with a link to choose a new password.",
    )


class ResetForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    token = HiddenField()
    password = _password_field(
        "New password",
        "new-password",
        "8 to 128 characters of any kind. All devices are signed out.",
    )


class PasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    current_password = _password_field("Current password", "current-password")
    new_password = _password_field(
        "New password",
        "new-password",
        "8 to 128 characters of any kind. All other devices are signed out.",
    )


class DeleteForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    current_password = _password_field("Current password", "current-password")
