"""The form for writing a message."""

from django import forms

from app.social.conversations.models import TEXT_MAX_LENGTH, Message
from app.social.forms import MultilineField


class MessageForm(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    class Meta:
        model = Message
        fields = ("text",)
        field_classes = {"text": MultilineField}  # noqa: RUF012 - as Django documents it
        labels = {"text": "New message"}  # noqa: RUF012 - as above
        widgets = {  # noqa: RUF012 - as above
            "text": forms.Textarea({"class": "form-control", "rows": 3})
        }
        help_texts = {  # noqa: RUF012 - as above
            "text": f"Up to {TEXT_MAX_LENGTH:,} characters."
        }
