"""The pages of lists."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest


def get_page(request: HttpRequest, rows: Any, size: int) -> Page[Any]:
    """Return the page of a list whose number is in the query, or the first."""
    number = request.GET.get("page", "")
    # int() accepts signs, spaces, underscores and digits of other scripts.
    is_number = number.isascii() and number.isdecimal()
    return Paginator(rows, size).get_page(number if is_number else 1)
