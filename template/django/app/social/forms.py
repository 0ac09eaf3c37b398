"""Form fields of the social network."""

from typing import Any

from django import forms


class MultilineField(forms.CharField):
    """A text area in which a line break counts as one character, as in browsers."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        return text.replace("\r\n", "\n")
