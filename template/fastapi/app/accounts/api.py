"""Accounts over HTTP: OAuth2's password flow, for this service's own clients."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel

from app.accounts import schemas as inputs, service, tokens
from app.accounts.mails import Post
from app.accounts.throttle import Counted
from app.accounts.access import LIFETIME, access_token, unauthorized
from app.api.problems import problems
from app.api.requests import require_json
from app.dependencies import CurrentUser, UnitOfWorkDep


async def not_stored(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


router = APIRouter(
    prefix="/api/v1",
    tags=["accounts"],
    dependencies=[Depends(not_stored)],
    responses=problems(400, 408, 413, 422, 500),
)
json_calls = APIRouter(prefix="/auth", dependencies=[Depends(require_json)], responses=problems(415))


class Refresh(inputs.Input):
    refresh_token: str


class Tokens(BaseModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - no secret, but a kind
    expires_in: int = int(LIFETIME.total_seconds())
    refresh_token: str


class Me(BaseModel):
    id: UUID
    email: str
    is_staff: bool


@json_calls.post(
    "/register", status_code=202, response_class=Response, responses=problems(429)
)
async def register(body: inputs.Registration, post: Post) -> None:
    """Ask for an account. Whether there is one already only the mail tells."""
    await post.register(body)


@json_calls.post("/confirm", status_code=204)
async def confirm(body: inputs.Confirmation, unit_of_work: UnitOfWorkDep) -> None:
    await service.confirm(unit_of_work.session, token=body.token)


@router.post("/auth/token", responses=problems(401, 429))
async def sign_in(
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    unit_of_work: UnitOfWorkDep,
    tries: Counted,
    request: Request,
) -> Tokens:
    email = inputs.as_kept(form.username)
    await tries.sign_in(email)
    try:
        user = await service.sign_in(unit_of_work.session, email=email, password=form.password)
    except service.SignInFailed as error:
        raise unauthorized(error.detail) from None
    await tries.signed_in(email)
    refresh_token = await tokens.issue(unit_of_work.session, user.id, "refresh")
    return _tokens(request, user.id, refresh_token)


@json_calls.post("/refresh", responses=problems(401))
async def refresh(body: Refresh, unit_of_work: UnitOfWorkDep, request: Request) -> Tokens:
    """Exchange a refresh token, which works once, for the next pair."""
    rotated = await tokens.rotate(unit_of_work.session, body.refresh_token)
    if rotated is None:
        raise unauthorized("This refresh token is not valid any more.")
    return _tokens(request, *rotated)


@json_calls.post("/revoke", status_code=204)
async def revoke(body: Refresh, unit_of_work: UnitOfWorkDep) -> None:
    """Sign out: end the refresh token and its access tokens."""
    await tokens.end(unit_of_work.session, body.refresh_token, "refresh")


@json_calls.post(
    "/reset", status_code=202, response_class=Response, responses=problems(429)
)
async def ask_for_reset(body: inputs.ResetRequest, post: Post) -> None:
    await post.forget_password(body.email)


@json_calls.post("/reset/confirm", status_code=204)
async def reset_password(body: inputs.Reset, unit_of_work: UnitOfWorkDep) -> None:
    await service.reset_password(unit_of_work.session, body)


@json_calls.post("/password", status_code=204, responses=problems(401, 403, 429))
async def change_password(
    body: inputs.PasswordChange, caller: CurrentUser, unit_of_work: UnitOfWorkDep, tries: Counted
) -> None:
    """Change the password. It ends all sessions, this one included."""
    await tries.sign_in(caller.email)
    await service.change_password(unit_of_work.session, body, email=caller.email)


router.include_router(json_calls)


@router.get("/me", responses=problems(401))
async def me(caller: CurrentUser) -> Me:
    return Me(id=caller.id, email=caller.email, is_staff=caller.is_staff)


def _tokens(request: Request, user_id: UUID, refresh_token: str) -> Tokens:
    signed = access_token(request.state.settings, user_id, refresh_token)
    return Tokens(access_token=signed, refresh_token=refresh_token)
