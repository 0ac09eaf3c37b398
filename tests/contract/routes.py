"""All routes of a service: those of the API, and the pages that links lead to."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from tests.contract.client import ORIGIN, Browser, Page, media_type, parse_page
from tests.starters.harness import HOST

MAX_PAGES = 80
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PARAMETER = re.compile(r"\{\w+\}")
IDENTIFIER = re.compile(rf"{UUID}|(?<=/)[0-9]+(?=/|$)|(?<=/@)[a-z0-9_]+")


def operations(
    document: Mapping[str, Any],
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield path, method and description, as the OpenAPI document has them."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def pattern(address: str) -> tuple[str, ...]:
    parts = urlsplit(address)
    names = sorted(pair.partition("=")[0] for pair in parts.query.split("&"))
    return IDENTIFIER.sub("*", parts.path), *names


def crawl(browser: Browser, starts: Iterable[str], below: str = "/") -> list[Page]:
    """Return one page of each kind, below a path, that links lead to."""
    waiting = [ORIGIN + start for start in starts]
    seen: set[tuple[str, ...]] = set()
    pages: list[Page] = []
    while waiting and len(pages) < MAX_PAGES:
        address = waiting.pop(0)
        parts = urlsplit(address)
        if not parts.path.startswith(below):
            continue
        if parts.netloc != HOST or pattern(address) in seen or "log" in parts.path:
            continue
        seen.add(pattern(address))
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if parts.path.endswith("/events"):
            continue
        response = browser.request("GET", path)
        if response.status_code in {302, 303}:
            waiting.append(urljoin(address, response.headers["location"]))
        elif response.status_code == 200 and media_type(response) == "text/html":
            page = parse_page(response)
            pages.append(page)
            waiting += page.links()
    return pages
