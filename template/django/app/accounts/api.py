"""Accounts in the API: OAuth2's password flow, for this service's own clients."""

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest
from ninja import Form, Router, Status

from app.accounts import service
from app.accounts.rate_limits import RateLimits
from app.accounts.requests import AuthenticatedRequest
from app.accounts.schemas import (
    PasswordChange,
    PasswordResetConfirm,
    PasswordResetCreate,
    RefreshTokenInput,
    RegistrationConfirm,
    RegistrationCreate,
    SignIn,
    TokenPair,
    UserRead,
)
from app.accounts.tokens import service as tokens
from app.api.problems import require_json
from app.api.schemas import problems
from app.errors import Unauthorized
from app.users.models import User

router = Router(tags=["accounts"])
json_router = Router(tags=["accounts"])
json_router.add_decorator(require_json, mode="view")


@json_router.post(
    "/register",
    auth=None,
    response={202: None, **problems(400, 415, 422, 429)},
    summary="Register",
)
def register(request: HttpRequest, payload: RegistrationCreate) -> Status[None]:
    """Send an email to the address. The account exists once the address is confirmed.

    The answer is the same if the address has an account. Then the email says so.
    """
    RateLimits(request).check_email(payload.email)
    service.register(payload.email, make_password(payload.password))
    return Status(202, None)


@json_router.post(
    "/confirm",
    auth=None,
    response={204: None, **problems(400, 415, 422)},
    summary="Confirm a registration",
)
def confirm_registration(
    request: HttpRequest, payload: RegistrationConfirm
) -> Status[None]:
    """Create the account, with the token from the email."""
    service.confirm_registration(payload.token)
    return Status(204, None)


@router.post(
    "/auth/token",
    auth=None,
    response={200: TokenPair, **problems(401, 422, 429)},
    summary="Sign in",
)
def create_tokens(request: HttpRequest, form: Form[SignIn]) -> TokenPair:
    """Return an access token and a refresh token for an email address and password."""
    email = service.parse_email(form.username)
    rate_limits = RateLimits(request)
    rate_limits.check_sign_in(email)
    verified = service.verify_credentials(request, email, form.password)
    with transaction.atomic():
        issued = tokens.create_tokens(service.sign_in(verified))
    rate_limits.clear_sign_in(email)
    return _token_pair(issued)


@json_router.post(
    "/refresh",
    auth=None,
    response={200: TokenPair, **problems(400, 401, 415, 422)},
    summary="Refresh tokens",
)
def refresh_tokens(request: HttpRequest, payload: RefreshTokenInput) -> TokenPair:
    """Return new tokens for a refresh token, which can be used once.

    A refresh token that is used again later than ten seconds after its first use ends
    all tokens that come from the same sign-in.
    """
    issued = tokens.rotate_refresh_token(payload.refresh_token)
    if issued is None:
        raise Unauthorized(
            "This refresh token is not valid.", headers={"WWW-Authenticate": "Bearer"}
        )
    return _token_pair(issued)


@json_router.post(
    "/revoke",
    auth=None,
    response={204: None, **problems(400, 415, 422)},
    summary="Sign out",
)
def revoke_tokens(request: HttpRequest, payload: RefreshTokenInput) -> Status[None]:
    """Revoke a refresh token, and all tokens that come from the same sign-in."""
    tokens.revoke_token_family(payload.refresh_token)
    return Status(204, None)


@json_router.post(
    "/reset",
    auth=None,
    response={202: None, **problems(400, 415, 422, 429)},
    summary="Request a password reset",
)
def request_password_reset(
    request: HttpRequest, payload: PasswordResetCreate
) -> Status[None]:
    """Send an email to the address if it has an account, without revealing it."""
    RateLimits(request).check_email(payload.email)
    service.request_password_reset(payload.email)
    return Status(202, None)


@json_router.post(
    "/reset/confirm",
    auth=None,
    response={204: None, **problems(400, 415, 422)},
    summary="Reset the password",
)
def reset_password(request: HttpRequest, payload: PasswordResetConfirm) -> Status[None]:
    """Set a new password with the token from the email, and sign out everywhere."""
    reset_id = service.find_password_reset(payload.token)
    service.reset_password(reset_id, make_password(payload.password))
    return Status(204, None)


@json_router.post(
    "/password",
    response={204: None, **problems(400, 401, 403, 415, 422, 429)},
    summary="Change the password",
)
def change_password(
    request: AuthenticatedRequest, payload: PasswordChange
) -> Status[None]:
    """Change the password and sign out everywhere, also here."""
    rate_limits = RateLimits(request)
    rate_limits.check_sign_in(request.user.email)
    verified = service.verify_credentials(
        request, request.user.email, payload.current_password
    )
    if verified is None:
        raise service.WrongPassword
    service.change_password(verified, make_password(payload.new_password))
    rate_limits.clear_sign_in(request.user.email)
    return Status(204, None)


@router.get(
    "/me", response={200: UserRead, **problems(401)}, summary="Get the current user"
)
def get_me(request: AuthenticatedRequest) -> User:
    """Return the user that the access token belongs to."""
    return request.user


def _token_pair(issued: tokens.IssuedTokens) -> TokenPair:
    return TokenPair(
        access_token=issued.access_token,
        refresh_token=issued.refresh_token,
        expires_in=int(tokens.ACCESS_TOKEN_LIFETIME.total_seconds()),
    )
