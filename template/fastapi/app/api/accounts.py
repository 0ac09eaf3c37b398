"""Accounts over HTTP: OAuth2's password flow, for this service's own clients."""

from operator import attrgetter
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, ConfigDict

from app.accounts import service, tokens
from app.accounts.inputs import Email, NewPassword, as_kept
from app.accounts.mails import Post
from app.accounts.throttle import Counted
from app.api.access import LIFETIME, Caller, access_token
from app.api.problems import problems
from app.api.requests import JSONRoute
from app.database import WriteSession

router = APIRouter(
    prefix="/api/v1",
    tags=["accounts"],
    responses=problems(400, 408, 413, 422, 500),
    generate_unique_id_function=attrgetter("name"),
)
json_calls = APIRouter(
    route_class=JSONRoute, generate_unique_id_function=attrgetter("name")
)


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Registration(Body):
    email: Email
    password: NewPassword


class Refresh(Body):
    refresh_token: str


class Confirmation(Body):
    token: str


class ResetRequest(Body):
    email: Email


class Reset(Body):
    token: str
    password: NewPassword


class PasswordChange(Body):
    current_password: str
    new_password: NewPassword


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
    "/auth/register",
    status_code=202,
    response_class=Response,
    responses=problems(415, 429),
)
async def register(
    body: Registration, session: WriteSession, tries: Counted, post: Post
) -> Response:
    """Ask for an account. Whether there is one already only the mail tells."""
    await tries.mail(body.email)
    kind, token = await service.register(
        session, email=body.email, password=body.password
    )
    post.send(kind, to=body.email, token=token)
    return Response(status_code=202)


@json_calls.post("/auth/confirm", status_code=204, responses=problems(415))
async def confirm(body: Confirmation, session: WriteSession) -> None:
    await service.confirm(session, token=body.token)


@router.post("/auth/token", responses=problems(401, 429))
async def sign_in(
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    session: WriteSession,
    tries: Counted,
    request: Request,
    response: Response,
) -> Tokens:
    email = as_kept(form.username)
    await tries.sign_in(email)
    try:
        user = await service.sign_in(session, email=email, password=form.password)
    except service.SignInFailed as error:
        raise _unauthorized(error.detail) from None
    await tries.signed_in(email)
    refresh_token = await tokens.issue(session, user.id, "refresh")
    return _tokens(request, response, user.id, refresh_token)


@json_calls.post("/auth/refresh", responses=problems(401, 415))
async def refresh(
    body: Refresh, session: WriteSession, request: Request, response: Response
) -> Tokens:
    """Exchange a refresh token, which works once, for the next pair."""
    rotated = await tokens.rotate(session, body.refresh_token)
    if rotated is None:
        raise _unauthorized("This refresh token is not valid any more.")
    return _tokens(request, response, *rotated)


@json_calls.post("/auth/revoke", status_code=204, responses=problems(415))
async def revoke(body: Refresh, session: WriteSession) -> None:
    """Sign out: end the refresh token and its access tokens."""
    await tokens.end(session, body.refresh_token, "refresh")


@json_calls.post(
    "/auth/reset",
    status_code=202,
    response_class=Response,
    responses=problems(415, 429),
)
async def ask_for_reset(body: ResetRequest, tries: Counted, post: Post) -> Response:
    await tries.mail(body.email)
    post.send_reset(to=body.email)
    return Response(status_code=202)


@json_calls.post("/auth/reset/confirm", status_code=204, responses=problems(415))
async def reset_password(body: Reset, session: WriteSession) -> None:
    await service.reset_password(session, token=body.token, password=body.password)


@json_calls.post(
    "/auth/password", status_code=204, responses=problems(401, 403, 415, 429)
)
async def change_password(
    body: PasswordChange, caller: Caller, session: WriteSession, tries: Counted
) -> None:
    """Change the password. It ends all sessions, this one included."""
    await tries.sign_in(caller.email)
    await service.change_password(
        session,
        email=caller.email,
        current=body.current_password,
        password=body.new_password,
    )


@json_calls.get("/me", responses=problems(401))
async def me(caller: Caller) -> Me:
    return Me(id=caller.id, email=caller.email, is_staff=caller.is_staff)


router.include_router(json_calls)


def _tokens(
    request: Request, response: Response, user_id: UUID, refresh_token: str
) -> Tokens:
    response.headers["Cache-Control"] = "no-store"
    settings, token_id = request.app.state.settings, tokens.id_of(refresh_token)
    return Tokens(
        access_token=access_token(settings, user_id, token_id),
        refresh_token=refresh_token,
    )


def _unauthorized(detail: str) -> HTTPException:
    return HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})
