"""Flash messages: what the next page says about the change that led to it.

A message is in a cookie that the browser's scripts cannot read, signed so that no one
else can put words into this site's mouth, and deleted when it is shown.
"""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from itsdangerous import BadData, URLSafeTimedSerializer

from app.settings import Settings

MAX_AGE = 60  # seconds


def redirect(request: Request, route: str, *, message: str = "") -> RedirectResponse:
    """Send the browser to a route, which then shows the message."""
    response = RedirectResponse(request.url_for(route).path, status_code=303)
    if message:
        settings = _settings(request)
        response.set_cookie(
            _cookie_name(settings),
            _serializer(settings).dumps(message),
            max_age=MAX_AGE,
            secure=settings.production,
            httponly=True,
            samesite="lax",
        )
    return response


def read_message(request: Request) -> str:
    settings = _settings(request)
    cookie = request.cookies.get(_cookie_name(settings), "")
    try:
        return str(_serializer(settings).loads(cookie, max_age=MAX_AGE))
    except BadData:
        return ""


def delete_message(request: Request, response: Response) -> None:
    settings = _settings(request)
    response.delete_cookie(
        _cookie_name(settings),
        secure=settings.production,
        httponly=True,
        samesite="lax",
    )


def _settings(request: Request) -> Settings:
    settings: Settings = request.state.settings
    return settings


def _cookie_name(settings: Settings) -> str:
    return "__Host-flash" if settings.production else "flash"


def _serializer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key, salt="flash")
