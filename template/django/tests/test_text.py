import pytest
from django.core.exceptions import ValidationError

from app.text import MAX_SHRINKAGE, normalize_line, validate_single_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" Teapot ", "Teapot"),
        ("e\u0301", "\u00e9"),
        (" " * 10 * MAX_SHRINKAGE + "x", " " * 10 * MAX_SHRINKAGE + "x"),
    ],
)
def test_a_line_is_normalised_unless_it_is_far_too_long(text: str, line: str) -> None:
    assert normalize_line(text, max_length=10) == line


@pytest.mark.parametrize("text", ["a\nb", "a\x7fb", "a\x85b"])
def test_a_line_has_no_control_characters(text: str) -> None:
    with pytest.raises(ValidationError, match="line breaks"):
        validate_single_line(text)
