"""Access to the API with an access token."""

from typing import NoReturn, cast

from apiflask import HTTPTokenAuth

from app.accounts import tokens
from app.accounts.models import User
from app.errors import AppError


class Unauthorized(AppError):
    status, code, detail = 401, "unauthorized", "Authentication is required."
    headers = (("WWW-Authenticate", "Bearer"),)


class InvalidAccessToken(Unauthorized):
    detail = "This access token is not valid."
    headers = (("WWW-Authenticate", 'Bearer error="invalid_token"'),)


def refuse(_status: int) -> NoReturn:
    """Refuse requests without an access token."""
    raise Unauthorized


def check_access_token(token: str) -> User:
    """Return the user that the access token belongs to."""
    user = tokens.find_user(token)
    if user is None:
        raise InvalidAccessToken
    return user


auth = HTTPTokenAuth(description="An access token from `/api/v1/auth/token`.")
auth.error_handler(refuse)
auth.verify_token(check_access_token)


def get_token_user() -> User:
    """Return the user of an operation with `auth_required(auth)`."""
    return cast("User", auth.current_user)
