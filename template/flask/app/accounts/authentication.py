"""Access to the API with an access token."""

from typing import NoReturn, cast

from apiflask import HTTPTokenAuth

from app.accounts import tokens
from app.accounts.models import User
from app.errors import AppError
from app.settings import Settings


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


auth = HTTPTokenAuth(security_scheme_name="OAuth2PasswordBearer")
auth.error_handler(refuse)
auth.verify_token(check_access_token)


def authentication_config(settings: Settings) -> dict[str, object]:
    """Describe where access tokens come from, in the documentation of the API."""
    token_url = f"{settings.root_path}/api/v1/auth/token"
    flows = {"password": {"tokenUrl": token_url, "scopes": {}}}
    return {"SECURITY_SCHEMES": {auth.name: {"type": "oauth2", "flows": flows}}}


def get_token_user() -> User:
    """Return the user of an operation with `auth_required(auth)`."""
    return cast("User", auth.current_user)
