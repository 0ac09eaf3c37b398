"""The item's form: its fields and rules are the model's."""

from django import forms

from app.items.models import Item


class ItemForm(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    class Meta:
        model = Item
        fields = ("name", "description", "price")
        widgets = {  # noqa: RUF012 - as Django reads it
            "name": forms.TextInput({"class": "form-control"}),
            "description": forms.Textarea({"class": "form-control", "rows": 4}),
            "price": forms.NumberInput({"class": "form-control"}),
        }
        help_texts = {  # noqa: RUF012 - as above
            "name": "Up to 100 characters, and different from your other items.",
            "description": "Up to 1,000 characters.",
            "price": "With at most two decimals, such as 9.00.",
        }

    def name_taken(self) -> None:
        """Say what only the database could know: someone else was faster."""
        self.add_error("name", "Another item has this name.")
