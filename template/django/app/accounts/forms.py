"""The forms of accounts."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest

from app.accounts import service
from app.accounts.passwords import PASSWORD_INPUT_MAX_LENGTH
from app.users.models import User

PASSWORD_HELP = "8 to 128 characters of any kind."  # noqa: S105 - not a password


class EmailField(forms.CharField):
    def __init__(self, help_text: str = "", *, autocomplete: str = "email") -> None:
        attributes = {"class": "form-control", "autocomplete": autocomplete}
        super().__init__(
            label="Email address",
            help_text=help_text,
            widget=forms.EmailInput(attributes),
        )

    def clean(self, value: Any) -> str:
        if email := service.parse_email(super().clean(value)):
            return email
        raise forms.ValidationError("Enter a valid email address.")


class PasswordField(forms.CharField):
    def __init__(self, label: str, help_text: str = "", *, is_new: bool) -> None:
        autocomplete = "new-password" if is_new else "current-password"
        attributes = {"class": "form-control", "autocomplete": autocomplete}
        super().__init__(
            label=label,
            help_text=help_text,
            max_length=PASSWORD_INPUT_MAX_LENGTH,
            strip=False,
            validators=[validate_password] if is_new else [],
            widget=forms.PasswordInput(attributes),
        )


class RegistrationForm(forms.Form):
    email = EmailField("You get an email to confirm it.")
    password = PasswordField("Password", PASSWORD_HELP, is_new=True)


class SignInForm(forms.Form):
    email = forms.CharField(
        label="Email address",
        widget=forms.EmailInput({"class": "form-control", "autocomplete": "username"}),
    )
    password = PasswordField("Password", is_new=False)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: User | None = None

    def clean(self) -> dict[str, Any]:
        self.user = service.verify_credentials(
            self.request,
            service.parse_email(self.cleaned_data.get("email", "")),
            self.cleaned_data.get("password", ""),
        )
        if self.user is None:
            raise forms.ValidationError(service.InvalidCredentials.detail)
        return self.cleaned_data

    def get_user(self) -> User | None:
        return self.user


class ResetRequestForm(forms.Form):
    email = EmailField(
        "If it has an account, you get an email with a link to choose a new password."
    )


class ResetForm(forms.Form):
    token = forms.CharField(max_length=1000, widget=forms.HiddenInput)
    password = PasswordField(
        "New password", f"{PASSWORD_HELP} All devices are signed out.", is_new=True
    )


class PasswordForm(forms.Form):
    current_password = PasswordField("Current password", is_new=False)
    new_password = PasswordField(
        "New password",
        f"{PASSWORD_HELP} All other devices are signed out.",
        is_new=True,
    )


class DeletionForm(forms.Form):
    current_password = PasswordField("Current password", is_new=False)
