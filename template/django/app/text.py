"""Rules for text that people enter."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

validate_storable = RegexValidator(
    "[\0\ud800-\udfff]",
    "Enter text without null characters or lone surrogates.",
    inverse_match=True,
)
validate_single_line = RegexValidator(
    "[\0-\x1f\x7f-\x9f]",
    "Enter text without line breaks or control characters.",
    inverse_match=True,
)


def validate_visible(text: str) -> None:
    """Raise ValidationError if no character of the text can be seen.

    Combining marks, format characters and separators show nothing alone.
    """
    if text and all(unicodedata.category(letter)[0] in "CMZ" for letter in text):
        raise ValidationError("Enter at least one visible character.")


def normalize_line(text: str, *, max_length: int) -> str:
    """Return the text without surrounding space, in Unicode normal form C.

    Text that is far too long is returned as it is: normalising it takes time that
    grows with the square of its length, and it is refused for its length anyway.
    """
    if len(text) > 4 * max_length:
        return text
    return unicodedata.normalize("NFC", text.strip())
