"""Validation and normalisation of text from clients. Its length is checked first."""

import re
import unicodedata

from pydantic_core import PydanticCustomError

INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Me", "Mn", "Zl", "Zp", "Zs"})
# Letters and symbols that are blank: Hangul fillers, and the empty Braille pattern.
BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")
# Normalising can make a text shorter, in practice by no more than this factor. It takes
# quadratic time for some texts, so longer ones are refused before it.
MAX_SHRINKAGE = 4


def clean_line(value: str, max_length: int) -> str:
    """Return a line of text without the space around it, in the normal form NFC."""
    too_long = PydanticCustomError(
        "too_long", "Use at most {max_length} characters.", {"max_length": max_length}
    )
    if len(value) > max_length * MAX_SHRINKAGE:
        raise too_long
    value = unicodedata.normalize("NFC", value.strip())
    if len(value) > max_length:
        raise too_long
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        raise PydanticCustomError("control", "Control characters are not allowed.")
    if not any(map(_is_visible, value)):
        raise PydanticCustomError("invisible", "Use at least one visible character.")
    return value


def clean_text(value: str, max_length: int) -> str:
    """Return a text of several lines."""
    value = value.replace("\r\n", "\n")
    if len(value) > max_length:
        raise PydanticCustomError(
            "too_long",
            "Use at most {max_length} characters.",
            {"max_length": max_length},
        )
    if UNSTORABLE.search(value):
        raise PydanticCustomError("unreadable", "This is not readable text.")
    return value


def _is_visible(character: str) -> bool:
    category = unicodedata.category(character)
    return category not in INVISIBLE_CATEGORIES and character not in BLANKS
