"""One request for each kind of response of the application."""

from dataclasses import dataclass

from tests.contract.client import ITEMS, JSON, request_head
from tests.starters.harness import Service

_LARGE = str(50 * 1024 * 1024)
_MISSING_ID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Exchange:
    """A request, the feature that it needs, and the expected status."""

    request: bytes
    status: int
    feature: str | None = None


EXCHANGES = {
    "healthz": Exchange(request_head("GET", "/healthz"), 200),
    "readyz": Exchange(request_head("GET", "/readyz"), 200),
    "nothing there": Exchange(request_head("GET", "/no/such/thing"), 404),
    "nothing there, as a page": Exchange(
        request_head("GET", "/no/such/thing", Accept="text/html"), 404
    ),
    "unknown host": Exchange(request_head("GET", "/", Host="evil.example"), 400),
    "too large": Exchange(
        request_head("POST", "/no/such/thing", Content_Length=_LARGE), 413
    ),
    "list of items": Exchange(request_head("GET", ITEMS), 200, "api"),
    "head of items": Exchange(request_head("HEAD", ITEMS), 200, "api"),
    "item not there": Exchange(
        request_head("GET", f"{ITEMS}/{_MISSING_ID}"), 404, "api"
    ),
    "item malformed": Exchange(request_head("GET", f"{ITEMS}/7"), 422, "api"),
    "limit malformed": Exchange(request_head("GET", f"{ITEMS}?limit=-1"), 422, "api"),
    "method not allowed": Exchange(
        request_head("PUT", ITEMS, Content_Length="0"), 405, "api"
    ),
    "not json": Exchange(
        request_head("POST", ITEMS, Content_Length="2", Content_Type="text/plain")
        + b"{}",
        415,
        "api",
    ),
    "malformed json": Exchange(
        request_head("POST", ITEMS, Content_Length="1", Content_Type=JSON) + b"{",
        400,
        "api",
    ),
    "too large for the api": Exchange(
        request_head("POST", ITEMS, Content_Length=_LARGE), 413, "api"
    ),
    "documentation": Exchange(request_head("GET", "/api/docs"), 404, "api"),
    "home": Exchange(request_head("GET", "/"), 200, "pages"),
    "pages of items": Exchange(request_head("GET", "/items/"), 200, "pages"),
    "a form": Exchange(request_head("GET", "/items/new"), 200, "pages"),
    "page not there": Exchange(
        request_head("GET", f"/items/{_MISSING_ID}/edit"), 404, "pages"
    ),
    "method not for pages": Exchange(request_head("TRACE", "/"), 405, "pages"),
    "static file not there": Exchange(
        request_head("GET", "/static/none.css"), 404, "pages"
    ),
}


def exchanges(service: Service) -> dict[str, Exchange]:
    """Return the exchanges that the features of a service support, by name."""
    features = {None, *service.project.starter.features}
    return {
        kind: exchange
        for kind, exchange in EXCHANGES.items()
        if exchange.feature in features
    }
