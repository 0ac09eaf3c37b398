"""The form for writing a post."""

from django import forms

from app.social.forms import MultilineField
from app.social.posts.models import TEXT_MAX_LENGTH, Post


class PostForm(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    class Meta:
        model = Post
        fields = ("text",)
        field_classes = {"text": MultilineField}  # noqa: RUF012 - as Django documents it
        labels = {"text": "New post"}  # noqa: RUF012 - as above
        widgets = {  # noqa: RUF012 - as above
            "text": forms.Textarea({"class": "form-control", "rows": 3})
        }
        help_texts = {  # noqa: RUF012 - as above
            "text": f"Up to {TEXT_MAX_LENGTH:,} characters."
        }
