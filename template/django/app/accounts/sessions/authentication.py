"""How browsers authenticate requests to the API."""

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie

from app.users.models import User


class SessionCookie(APIKeyCookie):
    """Accept the session of a user who is signed in, with a CSRF token for changes."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> User | None:
        if "HTTP_AUTHORIZATION" in request.META or not request.user.is_authenticated:
            return None
        user: User | None = super().__call__(request)
        return user

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        return request.user if request.user.is_authenticated else None
