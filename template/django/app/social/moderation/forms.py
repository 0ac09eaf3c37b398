"""The form for reporting a profile, a post or a message."""

from django import forms

from app.social.forms import MultilineField
from app.social.moderation.models import TEXT_MAX_LENGTH, Report


class ReportForm(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    class Meta:
        model = Report
        fields = ("reason", "text")
        field_classes = {"text": MultilineField}  # noqa: RUF012 - as Django documents it
        widgets = {  # noqa: RUF012 - as above
            "reason": forms.Select({"class": "form-select"}),
            "text": forms.Textarea({"class": "form-control", "rows": 4}),
        }
        help_texts = {  # noqa: RUF012 - as above
            "text": f"Up to {TEXT_MAX_LENGTH:,} characters."
        }
