"""Accounts in the API: OAuth2's password flow, for this service's own clients."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, request

from app.accounts import service, tokens
from app.accounts.authentication import Unauthorized, auth, get_token_user
from app.accounts.passwords import hash_password
from app.accounts.rate_limits import check_email, check_sign_in, clear_sign_in
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
    normalize_email,
)
from app.api.problems import problems
from app.api.requests import check_json
from app.unit_of_work import UnitOfWork

WRITE = problems(400, 408, 413, 415, 422, 500, 503)
ACCEPTED: dict[int | str, Any] = {202: {"description": "Accepted"}}
bp = APIBlueprint("accounts_api", __name__, url_prefix="/api/v1", tag="accounts")


class InvalidRefreshToken(Unauthorized):
    detail = "This refresh token is not valid."


@bp.before_request
def check_body() -> None:
    """OAuth2 demands a form where tokens are created. All other bodies are JSON."""
    if request.endpoint != f"{bp.name}.{create_tokens.__name__}":
        check_json()


@bp.post("/auth/register")
@bp.input(RegistrationCreate)
@bp.doc(
    operation_id="register",
    summary="Register",
    responses=WRITE | problems(429) | ACCEPTED,
)
def register(json_data: RegistrationCreate) -> Response:
    """Register.

    The address gets an email, and the account exists once the address is confirmed.
    The answer is the same if the address has an account. Then the email says so.
    """
    check_email(json_data.email)
    password_hash = hash_password(json_data.password)
    unit_of_work = UnitOfWork()
    service.register(unit_of_work, json_data.email, password_hash)
    unit_of_work.commit()
    return _accepted()


@bp.post("/auth/confirm")
@bp.input(RegistrationConfirm)
@bp.output({}, status_code=204)
@bp.doc(
    operation_id="confirm_registration",
    summary="Confirm a registration",
    responses=WRITE,
)
def confirm_registration(json_data: RegistrationConfirm) -> str:
    """Confirm a registration.

    The token from the email creates the account.
    """
    unit_of_work = UnitOfWork()
    service.confirm_registration(json_data.token)
    unit_of_work.commit()
    return ""


@bp.post("/auth/token")
@bp.input(SignIn, location="form")
@bp.output(TokenPair)
@bp.doc(
    operation_id="create_tokens",
    summary="Sign in",
    responses=problems(400, 401, 408, 413, 422, 429, 500, 503),
)
def create_tokens(form_data: SignIn) -> Any:
    """Sign in.

    The email address is the `username`. An access token is valid for 15 minutes.
    """
    email = normalize_email(form_data.username)
    check_sign_in(email)
    unit_of_work = UnitOfWork()
    user = service.find_user(email)
    unit_of_work.commit()  # release the connection before the slow verification
    credentials = service.verify_credentials(user, form_data.password)
    issued = tokens.create_tokens(service.sign_in(credentials))
    unit_of_work.commit()
    clear_sign_in()
    return _token_pair(issued)


@bp.post("/auth/refresh")
@bp.input(RefreshTokenInput)
@bp.output(TokenPair)
@bp.doc(
    operation_id="refresh_tokens",
    summary="Refresh tokens",
    responses=WRITE | problems(401),
)
def refresh_tokens(json_data: RefreshTokenInput) -> Any:
    """Refresh tokens.

    A refresh token can be used once. One that is used again later than ten seconds
    after its first use ends all tokens that come from the same sign-in.
    """
    unit_of_work = UnitOfWork()
    issued = tokens.rotate_refresh_token(json_data.refresh_token)
    unit_of_work.commit()  # the error must not undo a revocation
    if issued is None:
        raise InvalidRefreshToken
    return _token_pair(issued)


@bp.post("/auth/revoke")
@bp.input(RefreshTokenInput)
@bp.output({}, status_code=204)
@bp.doc(operation_id="revoke_tokens", summary="Sign out", responses=WRITE)
def revoke_tokens(json_data: RefreshTokenInput) -> str:
    """Sign out.

    This revokes the refresh token, and all tokens that come from the same sign-in.
    """
    unit_of_work = UnitOfWork()
    tokens.revoke_token_family(json_data.refresh_token)
    unit_of_work.commit()
    return ""


@bp.post("/auth/reset")
@bp.input(PasswordResetCreate)
@bp.doc(
    operation_id="request_password_reset",
    summary="Request a password reset",
    responses=WRITE | problems(429) | ACCEPTED,
)
def request_password_reset(json_data: PasswordResetCreate) -> Response:
    """Request a password reset.

    The address gets an email if it has an account. The response does not reveal it.
    """
    check_email(json_data.email)
    unit_of_work = UnitOfWork()
    service.request_password_reset(unit_of_work, json_data.email)
    unit_of_work.commit()
    return _accepted()


@bp.post("/auth/reset/confirm")
@bp.input(PasswordResetConfirm)
@bp.output({}, status_code=204)
@bp.doc(operation_id="reset_password", summary="Reset the password", responses=WRITE)
def reset_password(json_data: PasswordResetConfirm) -> str:
    """Reset the password.

    The token from the email permits this. It signs the user out everywhere.
    """
    unit_of_work = UnitOfWork()
    reset_id = service.find_password_reset(json_data.token)
    unit_of_work.commit()  # release the connection before the slow hashing
    password_hash = hash_password(json_data.password)
    service.reset_password(reset_id, password_hash)
    unit_of_work.commit()
    return ""


@bp.post("/auth/password")
@bp.auth_required(auth)
@bp.input(PasswordChange)
@bp.output({}, status_code=204)
@bp.doc(
    operation_id="change_password",
    summary="Change the password",
    responses=WRITE | problems(401, 403, 429),
)
def change_password(json_data: PasswordChange) -> str:
    """Change the password.

    This signs the user out everywhere, also here.
    """
    unit_of_work, user = UnitOfWork(), get_token_user()
    unit_of_work.commit()  # release the connection before the slow hashing
    check_sign_in(user.email)
    credentials = service.verify_credentials(user, json_data.current_password)
    if credentials is None:
        raise service.WrongPassword
    password_hash = hash_password(json_data.new_password)
    service.change_password(credentials, password_hash)
    unit_of_work.commit()
    clear_sign_in()
    return ""


@bp.get("/me")
@bp.auth_required(auth)
@bp.output(UserRead)
@bp.doc(
    operation_id="get_me",
    summary="Get the current user",
    responses=problems(400, 401, 500, 503),
)
def get_me() -> Any:
    """Get the current user.

    It is the user that the access token belongs to.
    """
    return get_token_user()


def _accepted() -> Response:
    response = Response(status=202)
    del response.headers["Content-Type"]  # there is no body
    return response


def _token_pair(issued: tokens.IssuedTokens) -> TokenPair:
    return TokenPair(
        access_token=issued.access_token,
        refresh_token=issued.refresh_token,
        expires_in=int(tokens.ACCESS_TOKEN_LIFETIME.total_seconds()),
    )
