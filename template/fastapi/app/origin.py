"""Where a form was sent from."""

from fastapi import HTTPException, Request


def same_origin(request: Request) -> None:
    """Refuse what a page of another site sends with the browser of one of ours."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "")
    if site:
        foreign = site not in {"same-origin", "none"}
    else:  # an old browser, or no browser at all
        foreign = bool(origin) and origin.partition("://")[2] != request.url.netloc
    if foreign:
        raise HTTPException(403, "This form was sent from another site.")
