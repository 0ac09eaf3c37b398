"""The form for uploading a file."""

from django import forms


class UploadForm(forms.Form):
    file = forms.FileField(
        label="New file",
        help_text="A picture (GIF, JPEG or PNG) or a PDF file.",
        allow_empty_file=True,  # the service refuses it with a better message
        widget=forms.FileInput(
            {"class": "form-control", "accept": ".gif,.jpeg,.jpg,.pdf,.png"}
        ),
    )
