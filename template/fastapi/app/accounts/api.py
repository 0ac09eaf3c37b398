"""Accounts in the API: OAuth2's password flow, for this service's own clients."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.security import OAuth2PasswordRequestForm

from app.accounts import service, tokens
from app.accounts.dependencies import RateLimitsDep
from app.accounts.mailer import AccountMailerDep
from app.accounts.passwords import hash_password
from app.accounts.schemas import (
    EMAIL,
    PasswordChange,
    PasswordResetConfirm,
    PasswordResetCreate,
    RefreshTokenInput,
    RegistrationConfirm,
    RegistrationCreate,
    TokenPair,
    UserRead,
    normalize_email,
)
from app.api.problems import problems
from app.api.requests import require_json
from app.dependencies import CurrentUser, SettingsDep, StateDep, UnitOfWorkDep
from app.errors import Unauthorized


async def forbid_storing(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


# An example for the documentation of the API.
FORM_TYPE = "application/x-www-form-urlencoded"
CREDENTIALS = {"username": EMAIL, "password": "tea at four o'clock"}
router = APIRouter(
    prefix="/api/v1",
    tags=["accounts"],
    dependencies=[Depends(forbid_storing)],
    responses=problems(400, 408, 413, 422, 500, 503),
)
json_router = APIRouter(
    prefix="/auth", dependencies=[Depends(require_json)], responses=problems(415)
)


@json_router.post(
    "/register",
    status_code=202,
    response_class=Response,
    responses=problems(429),
    summary="Register",
)
async def register(
    new: RegistrationCreate,
    unit_of_work: UnitOfWorkDep,
    mailer: AccountMailerDep,
    rate_limits: RateLimitsDep,
) -> None:
    """Send an email to the address. The account exists once the address is confirmed.

    The answer is the same if the address has an account. Then the email says so.
    """
    await rate_limits.check_email(new.email)
    password_hash = await hash_password(new.password)
    await service.register(unit_of_work, mailer, new.email, password_hash)


@json_router.post("/confirm", status_code=204, summary="Confirm a registration")
async def confirm_registration(
    confirmation: RegistrationConfirm,
    unit_of_work: UnitOfWorkDep,
    settings: SettingsDep,
) -> None:
    """Create the account, with the token from the email."""
    await service.confirm_registration(unit_of_work, settings, confirmation.token)


@router.post(
    "/auth/token",
    responses=problems(401, 429),
    summary="Sign in",
    openapi_extra={"requestBody": {"content": {FORM_TYPE: {"example": CREDENTIALS}}}},
)
async def create_tokens(
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    state: StateDep,
    unit_of_work: UnitOfWorkDep,
    rate_limits: RateLimitsDep,
) -> TokenPair:
    """Return an access token and a refresh token for an email address and password."""
    email = normalize_email(form.username)
    await rate_limits.check_sign_in(email)
    # The transaction of this request begins after the slow verification.
    credentials = await service.verify_credentials(
        state["database"], email, form.password
    )
    user = await service.sign_in(unit_of_work.session, credentials)
    await rate_limits.clear_sign_in(email)
    issued = await tokens.create_tokens(unit_of_work.session, state["settings"], user)
    return _token_pair(issued)


@json_router.post("/refresh", responses=problems(401), summary="Refresh tokens")
async def refresh_tokens(
    refresh: RefreshTokenInput, unit_of_work: UnitOfWorkDep, settings: SettingsDep
) -> TokenPair:
    """Return new tokens for a refresh token, which can be used once.

    A refresh token that is used again later than ten seconds after its first use ends
    all tokens that come from the same sign-in.
    """
    issued = await tokens.rotate_refresh_token(
        unit_of_work.session, settings, refresh.refresh_token
    )
    if issued is None:
        await unit_of_work.commit()  # the error must not undo a revocation
        raise Unauthorized(
            "This refresh token is not valid.", headers={"WWW-Authenticate": "Bearer"}
        )
    return _token_pair(issued)


@json_router.post("/revoke", status_code=204, summary="Sign out")
async def revoke_tokens(
    refresh: RefreshTokenInput, unit_of_work: UnitOfWorkDep
) -> None:
    """Revoke a refresh token, and all tokens that come from the same sign-in."""
    await tokens.revoke_token_family(unit_of_work.session, refresh.refresh_token)


@json_router.post(
    "/reset",
    status_code=202,
    response_class=Response,
    responses=problems(429),
    summary="Request a password reset",
)
async def request_password_reset(
    reset: PasswordResetCreate,
    unit_of_work: UnitOfWorkDep,
    mailer: AccountMailerDep,
    rate_limits: RateLimitsDep,
) -> None:
    """Send an email to the address if it has an account, without revealing it."""
    await rate_limits.check_email(reset.email)
    await service.request_password_reset(unit_of_work, mailer, reset.email)


@json_router.post("/reset/confirm", status_code=204, summary="Reset the password")
async def reset_password(
    reset: PasswordResetConfirm, unit_of_work: UnitOfWorkDep, settings: SettingsDep
) -> None:
    """Set a new password with the token from the email, and sign out everywhere."""
    session = unit_of_work.session
    reset_id = await service.find_password_reset(session, settings, reset.token)
    await unit_of_work.commit()  # release the connection before the slow hashing
    password_hash = await hash_password(reset.password)
    await service.reset_password(session, reset_id, password_hash)


@json_router.post(
    "/password",
    status_code=204,
    responses=problems(401, 403, 429),
    summary="Change the password",
)
async def change_password(
    change: PasswordChange,
    user: CurrentUser,
    state: StateDep,
    unit_of_work: UnitOfWorkDep,
    rate_limits: RateLimitsDep,
) -> None:
    """Change the password and sign out everywhere, also here."""
    await unit_of_work.commit()  # release the connection before the slow hashing
    await rate_limits.check_sign_in(user.email)
    credentials = await service.verify_credentials(
        state["database"], user.email, change.current_password
    )
    if credentials is None:
        raise service.WrongPassword
    password_hash = await hash_password(change.new_password)
    await service.change_password(unit_of_work.session, credentials, password_hash)
    await rate_limits.clear_sign_in(user.email)


router.include_router(json_router)


@router.get("/me", responses=problems(401), summary="Get the current user")
async def get_me(user: CurrentUser) -> UserRead:
    """Return the user that the access token belongs to."""
    return UserRead.model_validate(user)


def _token_pair(issued: tokens.IssuedTokens) -> TokenPair:
    return TokenPair(
        access_token=issued.access_token,
        refresh_token=issued.refresh_token,
        expires_in=int(tokens.ACCESS_TOKEN_LIFETIME.total_seconds()),
    )
