"""How requests to the API are authenticated."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from app.accounts.tokens.service import find_user
from app.errors import Unauthorized
from app.users.models import User


class AccessToken(HttpBearer):
    """Accept an access token, and give the request its user."""

    def __call__(self, request: HttpRequest) -> User:
        user: User | None = super().__call__(request)
        if user is None:  # there is no token
            raise Unauthorized(headers={"WWW-Authenticate": "Bearer"})
        return user

    def authenticate(self, request: HttpRequest, token: str) -> User:
        user = find_user(token)
        if user is None:
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            raise Unauthorized("This access token is not valid.", headers=challenge)
        request.user = user
        return user
