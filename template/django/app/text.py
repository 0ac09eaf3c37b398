"""Rules for text that people enter."""

import re
import unicodedata

from django.core.exceptions import ValidationError

INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Me", "Mn", "Zl", "Zp", "Zs"})
# Letters and symbols that are blank: Hangul fillers, and the empty Braille pattern.
BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# Normalising can make a text shorter, by no more than this in practice.
MAX_SHRINKAGE = 4


def validate_storable(text: str) -> None:
    """Raise ValidationError for characters that databases or UTF-8 cannot store."""
    if re.search("[\0\ud800-\udfff]", text):
        raise ValidationError("Enter text without null characters or lone surrogates.")


def validate_single_line(text: str) -> None:
    """Raise ValidationError for line breaks and other control characters."""
    if re.search("[\0-\x1f\x7f-\x9f]", text):
        raise ValidationError("Enter text without line breaks or control characters.")


def validate_visible(text: str) -> None:
    """Raise ValidationError if no character of the text can be seen."""
    if text and not any(map(_is_visible, text)):
        raise ValidationError("Enter at least one visible character.")


def _is_visible(character: str) -> bool:
    category = unicodedata.category(character)
    return category not in INVISIBLE_CATEGORIES and character not in BLANKS


def normalize_line(text: str, *, max_length: int) -> str:
    """Return the text without surrounding space, in Unicode normal form C.

    Text that is far too long is returned unchanged: it is refused for its length, and
    normalising it would take time that grows with the square of its length.
    """
    if len(text) > max_length * MAX_SHRINKAGE:
        return text
    return unicodedata.normalize("NFC", text.strip())
