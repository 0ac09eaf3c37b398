"""The form of one's own profile."""

from typing import Any

from django import forms

from app.errors import AppError
from app.social.forms import MultilineField
from app.social.profiles.models import ABOUT_MAX_LENGTH, NAME_MAX_LENGTH, Profile
from app.social.profiles.pictures import create_picture
from app.text import normalize_line


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    picture = forms.FileField(
        required=False,
        allow_empty_file=True,  # it is refused with a better message
        help_text="A GIF, JPEG or PNG file. Its middle is shown, as a small square.",
        widget=forms.FileInput(
            {"class": "form-control", "accept": ".gif,.jpeg,.jpg,.png"}
        ),
    )
    remove_picture = forms.BooleanField(
        required=False, widget=forms.CheckboxInput({"class": "form-check-input"})
    )

    class Meta:
        model = Profile
        fields = ("handle", "display_name", "about")
        field_classes = {"about": MultilineField}  # noqa: RUF012 - as Django documents it
        widgets = {  # noqa: RUF012 - as above
            "handle": forms.TextInput(
                {
                    "class": "form-control",
                    "autocapitalize": "none",
                    "autocomplete": "off",
                }
            ),
            "display_name": forms.TextInput(
                {"class": "form-control", "autocomplete": "name"}
            ),
            "about": forms.Textarea({"class": "form-control", "rows": 4}),
        }
        help_texts = {  # noqa: RUF012 - as above
            "handle": "The unique name in your address: a to z, 0 to 9 and underscore.",
            "display_name": f"As others see it: up to {NAME_MAX_LENGTH} characters.",
            "about": f"Up to {ABOUT_MAX_LENGTH} characters.",
        }

    def clean_display_name(self) -> str:
        return normalize_line(
            self.cleaned_data["display_name"], max_length=NAME_MAX_LENGTH
        )

    def clean_picture(self) -> Any:
        if file := self.cleaned_data["picture"]:
            try:
                return create_picture(file)
            except AppError as error:
                raise forms.ValidationError(error.detail) from error
        return None
