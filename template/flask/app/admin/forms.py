"""The form to sign in to the admin."""

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField


class SignInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    username = EmailField(
        "Email address", render_kw={"required": True, "autocomplete": "username"}
    )
    password = PasswordField(
        "Password", render_kw={"required": True, "autocomplete": "current-password"}
    )
