"""The pages of lists."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest


def get_page(request: HttpRequest, rows: Any, size: int) -> Page[Any]:
    """Return the page of a list whose number is in the query, or the first."""
    return Paginator(rows, size).get_page(page_number(request))


def page_number(request: HttpRequest) -> str:
    """Return the number in the query, or 1. The page may not exist."""
    number = request.GET.get("page", "")
    # int() accepts signs, spaces, underscores and digits of other scripts.
    is_number = number.isascii() and number.isdecimal()
    return number[:9] if is_number else "1"  # Longer ones are past the end, too.
