"""The form for creating and editing an item."""

import re
from typing import Any

from django import forms

from app.items.models import (
    DESCRIPTION_MAX_LENGTH,
    NAME_MAX_LENGTH,
    PRICE_PATTERN,
    Item,
)
from app.text import normalize_line


class PriceField(forms.DecimalField):
    def to_python(self, value: Any) -> Any:
        if value and not re.fullmatch(PRICE_PATTERN, str(value).strip()):
            raise forms.ValidationError("Enter a number such as 9.00.")
        return super().to_python(value)


class ItemForm(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    class Meta:
        model = Item
        fields = ("name", "description", "price")
        field_classes = {"price": PriceField}  # noqa: RUF012 - as Django documents it
        widgets = {  # noqa: RUF012 - as above
            "name": forms.TextInput({"class": "form-control", "autocomplete": "off"}),
            "description": forms.Textarea({"class": "form-control", "rows": 4}),
            "price": forms.TextInput({"class": "form-control", "inputmode": "decimal"}),
        }
        help_texts = {  # noqa: RUF012 - as above
            "name": (
                f"Up to {NAME_MAX_LENGTH} characters, and different from your other "
                "items."
            ),
            "description": f"Up to {DESCRIPTION_MAX_LENGTH:,} characters.",
            "price": "With at most two decimals, such as 9.00.",
        }

    def clean_name(self) -> str:
        return normalize_line(self.cleaned_data["name"], max_length=NAME_MAX_LENGTH)
