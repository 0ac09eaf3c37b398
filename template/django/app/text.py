"""Rules for text that people enter."""

import re
import unicodedata

from django.core.exceptions import ValidationError


def validate_storable(text: str) -> None:
    """Raise ValidationError for characters that databases or UTF-8 cannot store."""
    if re.search("[\0\ud800-\udfff]", text):
        raise ValidationError("Enter text without null characters or lone surrogates.")


def validate_single_line(text: str) -> None:
    """Raise ValidationError for line breaks and other control characters."""
    if re.search("[\0-\x1f\x7f-\x9f]", text):
        raise ValidationError("Enter text without line breaks or control characters.")


def validate_visible(text: str) -> None:
    """Raise ValidationError if no character of the text can be seen.

    Combining marks, format characters and separators show nothing alone.
    """
    if text and all(unicodedata.category(letter)[0] in "CMZ" for letter in text):
        raise ValidationError("Enter at least one visible character.")


def normalize_line(text: str, *, max_length: int) -> str:
    """Return the text without surrounding space, in Unicode normal form C.

    Text that is far too long is returned unchanged: it is refused for its length, and
    normalising it would take time that grows with the square of its length.
    """
    if len(text) > 4 * max_length:
        return text
    return unicodedata.normalize("NFC", text.strip())
