"""Flash messages, which the page after a change shows once.

A message is in a cookie that scripts cannot read. It is signed, so that no other site
can make this one show a message.
"""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from itsdangerous import BadData, URLSafeTimedSerializer

MAX_AGE = 60  # seconds


def redirect(request: Request, route: str, *, message: str = "") -> RedirectResponse:
    """Send the browser to a route, whose page then shows the message."""
    response = RedirectResponse(request.url_for(route).path, status_code=303)
    if message:
        response.set_cookie(
            _cookie_name(request),
            _serializer(request).dumps(message),
            max_age=MAX_AGE,
            secure=_is_secure(request),
            httponly=True,
            samesite="lax",
        )
    return response


def read_message(request: Request) -> str:
    """Return the message, or "" if there is none or its signature is not valid."""
    cookie = request.cookies.get(_cookie_name(request), "")
    try:
        return str(_serializer(request).loads(cookie, max_age=MAX_AGE))
    except BadData:
        return ""


def delete_message(request: Request, response: Response) -> None:
    response.delete_cookie(
        _cookie_name(request),
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _cookie_name(request: Request) -> str:
    # Browsers accept this prefix only over HTTPS and only from this host.
    return "__Host-flash" if _is_secure(request) else "flash"


def _serializer(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(request.state.settings.secret_key, salt="flash")
