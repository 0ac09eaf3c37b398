"""The forms of analytics."""

from typing import Any

from django import forms

from app.analytics.files import MAX_ROWS
from app.analytics.models import EARLIEST, LATEST, MAX_LENGTH, Report
from app.text import normalize_line


class DayField(forms.DateField):
    """A day as browsers send it: 2026-01-31."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput({"class": "form-control", "type": "date"}, "%Y-%m-%d")
        super().__init__(
            required=False, widget=widget, input_formats=["%Y-%m-%d"], **options
        )

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value and not EARLIEST <= value <= LATEST:
            message = f"Enter a day from {EARLIEST} to {LATEST}."
            raise forms.ValidationError(message)


class PeriodForm(forms.Form):
    start = DayField(label="From")
    end = DayField(label="To")

    def clean(self) -> dict[str, Any]:
        check_period(self)
        return self.cleaned_data


def check_period(form: forms.BaseForm) -> None:
    start, end = form.cleaned_data.get("start"), form.cleaned_data.get("end")
    if start and end and end < start:
        form.add_error("end", "The last day is before the first.")


class ImportForm(forms.Form):
    file = forms.FileField(
        label="File",
        help_text=f"Excel (.xlsx) or CSV, with up to {MAX_ROWS:,} rows.",
        allow_empty_file=True,  # reading it gives a better message
        widget=forms.FileInput({"class": "form-control", "accept": ".csv,.xlsx"}),
    )


class ReportForm(forms.ModelForm):  # type: ignore[type-arg]  # not at run time
    start = DayField(label="From", help_text="Empty: from the first sale.")
    end = DayField(label="To", help_text="Empty: to the last sale.")

    class Meta:
        model = Report
        fields = ("name", "measure", "group_by", "start", "end")
        widgets = {  # noqa: RUF012 - as Django documents it
            "name": forms.TextInput({"class": "form-control", "autocomplete": "off"}),
            "measure": forms.Select({"class": "form-select"}),
            "group_by": forms.Select({"class": "form-select"}),
        }

    def clean_name(self) -> str:
        return normalize_line(self.cleaned_data["name"], max_length=MAX_LENGTH)

    def clean(self) -> dict[str, Any]:
        check_period(self)
        return self.cleaned_data
