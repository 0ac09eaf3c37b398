"""The pages of accounts."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from app.accounts import service, sessions
from app.accounts.dependencies import RateLimitsDep
from app.accounts.mailer import AccountMailerDep
from app.accounts.passwords import hash_password
from app.accounts.schemas import (
    AccountDelete,
    PasswordChange,
    PasswordResetConfirm,
    PasswordResetCreate,
    RegistrationCreate,
    normalize_email,
)
from app.dependencies import (
    CurrentSession,
    OptionalSessionUser,
    SessionDep,
    SettingsDep,
    StateDep,
    UnitOfWorkDep,
)
from app.pages.flash import redirect
from app.pages.forms import validate_form
from app.pages.templating import render

router = APIRouter(
    prefix="/accounts", default_response_class=HTMLResponse, include_in_schema=False
)


class RegistrationForm(BaseModel):
    email: str = ""
    password: str = ""


class TokenForm(BaseModel):
    token: str = ""


class SignInForm(BaseModel):
    email: str = ""
    password: str = ""


class ResetRequestForm(BaseModel):
    email: str = ""


class ResetForm(BaseModel):
    token: str = ""
    password: str = ""


class PasswordForm(BaseModel):
    current_password: str = ""
    new_password: str = ""


class DeleteForm(BaseModel):
    current_password: str = ""


@router.get("/register")
async def register_page(request: Request, _user: OptionalSessionUser) -> Response:
    return _render_form(request, "register", RegistrationForm())


@router.post("/register")
async def submit_registration(
    request: Request,
    form: Annotated[RegistrationForm, Form()],
    unit_of_work: UnitOfWorkDep,
    mailer: AccountMailerDep,
    rate_limits: RateLimitsDep,
) -> Response:
    new, errors = validate_form(RegistrationCreate, form)
    if new is None:
        return _render_form(request, "register", form, errors)
    await rate_limits.check_email(new.email)
    password_hash = await hash_password(new.password)
    await service.register(unit_of_work, mailer, new.email, password_hash)
    return redirect(request, "check_email_page")


@router.get("/check-email")
async def check_email_page(request: Request, _user: OptionalSessionUser) -> Response:
    return render(request, "accounts/check_email.html")


@router.get("/confirm")
async def confirm_page(
    request: Request, _user: OptionalSessionUser, token: str = ""
) -> Response:
    """Ask before confirming, since programs that scan emails open links."""
    return _render_form(request, "confirm", TokenForm(token=token))


@router.post("/confirm")
async def submit_confirmation(
    request: Request,
    form: Annotated[TokenForm, Form()],
    unit_of_work: UnitOfWorkDep,
    settings: SettingsDep,
) -> Response:
    await service.confirm_registration(unit_of_work, settings, form.token)
    message = "Your address is confirmed. You can sign in now."
    return redirect(request, "sign_in_page", message=message)


@router.get("/sign-in")
async def sign_in_page(request: Request, _user: OptionalSessionUser) -> Response:
    return _render_form(request, "sign_in", SignInForm())


@router.post("/sign-in")
async def submit_sign_in(
    request: Request,
    form: Annotated[SignInForm, Form()],
    state: StateDep,
    unit_of_work: UnitOfWorkDep,
    rate_limits: RateLimitsDep,
) -> Response:
    email = normalize_email(form.email)
    await rate_limits.check_sign_in(email)
    # The transaction of this request begins after the slow verification.
    credentials = await service.verify_credentials(
        state["database"], email, form.password
    )
    session = unit_of_work.session
    try:
        user = await service.sign_in(session, credentials)
    except service.InvalidCredentials as error:
        return _render_form(
            request, "sign_in", form, {"": error.detail}, status=error.status
        )
    await rate_limits.clear_sign_in(email)
    token = sessions.get_session_token(request, state["settings"])
    await sessions.revoke_session(session, token)
    response = RedirectResponse(_next_url(request), status_code=303)
    token = await sessions.create_session(session, user, _user_agent(request))
    sessions.set_session_cookie(response, state["settings"], token)
    return response


@router.post("/sign-out")
async def sign_out(
    request: Request, unit_of_work: UnitOfWorkDep, settings: SettingsDep
) -> Response:
    token = sessions.get_session_token(request, settings)
    await sessions.revoke_session(unit_of_work.session, token)
    response = redirect(request, "home", message="You are signed out.")
    sessions.delete_session_cookie(response, settings)
    return response


@router.get("/reset")
async def reset_request_page(request: Request, _user: OptionalSessionUser) -> Response:
    return _render_form(request, "reset_request", ResetRequestForm())


@router.post("/reset")
async def submit_reset_request(
    request: Request,
    form: Annotated[ResetRequestForm, Form()],
    unit_of_work: UnitOfWorkDep,
    mailer: AccountMailerDep,
    rate_limits: RateLimitsDep,
) -> Response:
    reset, errors = validate_form(PasswordResetCreate, form)
    if reset is None:
        return _render_form(request, "reset_request", form, errors)
    await rate_limits.check_email(reset.email)
    await service.request_password_reset(unit_of_work, mailer, reset.email)
    return redirect(request, "check_email_page")


@router.get("/reset/confirm")
async def reset_page(
    request: Request, _user: OptionalSessionUser, token: str = ""
) -> Response:
    return _render_form(request, "reset", ResetForm(token=token))


@router.post("/reset/confirm")
async def submit_reset(
    request: Request,
    form: Annotated[ResetForm, Form()],
    unit_of_work: UnitOfWorkDep,
    settings: SettingsDep,
) -> Response:
    reset, errors = validate_form(PasswordResetConfirm, form)
    if reset is None:
        return _render_form(request, "reset", form, errors)
    session = unit_of_work.session
    reset_id = await service.find_password_reset(session, settings, reset.token)
    await unit_of_work.commit()  # release the connection before the slow hashing
    password_hash = await hash_password(reset.password)
    await service.reset_password(session, reset_id, password_hash)
    message = "Your password is changed. You can sign in now."
    return redirect(request, "sign_in_page", message=message)


@router.get("/profile")
async def profile_page(
    request: Request, current: CurrentSession, session: SessionDep
) -> Response:
    context = {
        "current_session": current.session,
        "sessions": await sessions.list_sessions(session, current.user),
    }
    return render(request, "accounts/profile.html", context)


@router.get("/password")
async def change_password_page(request: Request, _current: CurrentSession) -> Response:
    return _render_form(request, "change_password", PasswordForm())


@router.post("/password")
async def submit_password_change(  # noqa: PLR0913 - each is a dependency
    request: Request,
    form: Annotated[PasswordForm, Form()],
    *,
    current: CurrentSession,
    state: StateDep,
    unit_of_work: UnitOfWorkDep,
    rate_limits: RateLimitsDep,
) -> Response:
    await unit_of_work.commit()  # release the connection before the slow hashing
    change, errors = validate_form(PasswordChange, form)
    if change is None:
        return _render_form(request, "change_password", form, errors)
    user = current.user
    await rate_limits.check_sign_in(user.email)
    credentials = await service.verify_credentials(
        state["database"], user.email, change.current_password
    )
    if credentials is None:
        errors = {"current_password": service.WrongPassword.detail}
        return _render_form(request, "change_password", form, errors)
    password_hash = await hash_password(change.new_password)
    session = unit_of_work.session
    await service.change_password(session, credentials, password_hash)
    await rate_limits.clear_sign_in(user.email)
    message = "Your password is changed. All other devices are signed out."
    response = redirect(request, "profile_page", message=message)
    token = await sessions.create_session(session, user, _user_agent(request))
    sessions.set_session_cookie(response, state["settings"], token)
    return response


@router.post("/sessions/sign-out-others")
async def sign_out_other_devices(
    request: Request, current: CurrentSession, unit_of_work: UnitOfWorkDep
) -> Response:
    await service.sign_out_other_devices(unit_of_work.session, current.session)
    message = "All other devices are signed out."
    return redirect(request, "profile_page", message=message)


@router.get("/delete")
async def delete_account_page(request: Request, _current: CurrentSession) -> Response:
    return _render_form(request, "delete_account", DeleteForm())


@router.post("/delete")
async def submit_account_deletion(  # noqa: PLR0913 - each is a dependency
    request: Request,
    form: Annotated[DeleteForm, Form()],
    *,
    current: CurrentSession,
    state: StateDep,
    unit_of_work: UnitOfWorkDep,
    rate_limits: RateLimitsDep,
) -> Response:
    await unit_of_work.commit()  # release the connection before the slow check
    deletion, errors = validate_form(AccountDelete, form)
    if deletion is None:
        return _render_form(request, "delete_account", form, errors)
    await rate_limits.check_sign_in(current.user.email)
    credentials = await service.verify_credentials(
        state["database"], current.user.email, deletion.current_password
    )
    if credentials is None:
        errors = {"current_password": service.WrongPassword.detail}
        return _render_form(request, "delete_account", form, errors)
    try:
        await service.delete_account(unit_of_work, credentials)
    except service.LastStaffAccount as error:
        return _render_form(
            request, "delete_account", form, {"": error.detail}, status=error.status
        )
    response = redirect(request, "home", message="Your account is deleted.")
    sessions.delete_session_cookie(response, state["settings"])
    return response


def _render_form(
    request: Request,
    name: str,
    form: BaseModel,
    errors: dict[str, str] | None = None,
    *,
    status: int | None = None,
) -> Response:
    """Return a page with a form, as typed, and what is wrong with it."""
    context: dict[str, Any] = {"form": form, "errors": errors or {}}
    status = status or (422 if errors else 200)
    return render(request, f"accounts/{name}.html", context, status=status)


def _next_url(request: Request) -> str:
    """Return the path in the query parameter `next`. It leads only to this site."""
    url = request.query_params.get("next", "")
    is_local = re.fullmatch(r"/([^/\\].*)?", url) and url.isprintable()
    return url if is_local else request.url_for("home").path


def _user_agent(request: Request) -> str:
    return request.headers.get("user-agent", "")
