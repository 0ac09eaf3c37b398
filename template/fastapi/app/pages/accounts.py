"""The pages of accounts."""

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from app.accounts import service
from app.accounts.inputs import Email, NewPassword, as_kept
from app.accounts.mails import Post
from app.accounts.owners import Identity
from app.accounts.sessions import end_session, start_session
from app.accounts.throttle import Counted
from app.database import WriteSession
from app.pages.forms import check
from app.pages.rendering import templates

router = APIRouter(prefix="/accounts")


class Fields(BaseModel):
    """What people type into the forms here. What a form does not have stays empty."""

    email: str = ""
    password: str = ""
    new_password: str = ""
    token: str = ""


class Credentials(BaseModel):
    email: Email
    password: NewPassword


class Address(BaseModel):
    email: Email


class Choice(BaseModel):
    new_password: NewPassword


Filled = Annotated[Fields, Form()]


def signed_in(request: Request) -> Identity:
    """Send strangers to sign in, and from there back here."""
    identity: Identity | None = request.state.identity
    if identity is None:
        query = f"?{request.url.query}" if request.url.query else ""
        here = urlencode({"next": request.url.path + query})
        location = f"{request.url_for('sign_in_page').path}?{here}"
        raise HTTPException(303, "Sign in first.", {"Location": location})
    return identity


@router.get("/register", name="register_page")
@router.get("/sent", name="sent_page")
@router.get("/confirm", name="confirm_by_mail")
@router.get("/sign-in", name="sign_in_page")
@router.get("/reset", name="forgotten_page")
@router.get("/reset/confirm", name="reset_by_mail")
@router.get("/password", name="password_page", dependencies=[Depends(signed_in)])
async def show_page(request: Request, token: str = "") -> Response:
    """Show a form, and do nothing yet: programs that look through mail open links."""
    return _show(request, Fields(token=token))


@router.post("/register")
async def register(
    request: Request, form: Filled, session: WriteSession, tries: Counted, post: Post
) -> Response:
    values, errors = check(Credentials, form)
    if values is None:
        return _show(request, form, errors)
    await tries.mail(values.email)
    kind, token = await service.register(
        session, email=values.email, password=values.password
    )
    post.send(kind, to=values.email, token=token)
    return _go(request, "sent_page")


@router.post("/confirm")
async def confirm(request: Request, form: Filled, session: WriteSession) -> Response:
    await service.confirm(session, token=form.token)
    return _go(request, "sign_in_page")


@router.post("/sign-in")
async def sign_in(
    request: Request, form: Filled, session: WriteSession, tries: Counted
) -> Response:
    email = as_kept(form.email)
    await tries.sign_in(email)
    try:
        user = await service.sign_in(session, email=email, password=form.password)
    except service.SignInFailed as error:
        errors = {"": error.detail}
        return _show(request, form, errors, status_code=error.status)
    await tries.signed_in(email)
    home = request.url_for("item_list").path
    target = local(request.query_params.get("next", ""), home)
    response = RedirectResponse(target, status_code=303)
    await start_session(request, response, session, user)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, session: WriteSession) -> Response:
    response = _go(request, "home")
    await end_session(request, response, session)
    return response


@router.post("/reset")
async def ask_for_reset(
    request: Request, form: Filled, tries: Counted, post: Post
) -> Response:
    values, errors = check(Address, form)
    if values is None:
        return _show(request, form, errors)
    await tries.mail(values.email)
    post.send_reset(to=values.email)
    return _go(request, "sent_page")


@router.post("/reset/confirm")
async def reset_password(
    request: Request, form: Filled, session: WriteSession
) -> Response:
    values, errors = check(Choice, form)
    if values is None:
        return _show(request, form, errors)
    await service.reset_password(
        session, token=form.token, password=values.new_password
    )
    return _go(request, "sign_in_page")


@router.post("/password")
async def change_password(
    request: Request,
    form: Filled,
    identity: Annotated[Identity, Depends(signed_in)],
    session: WriteSession,
    tries: Counted,
) -> Response:
    values, errors = check(Choice, form)
    if values is None:
        return _show(request, form, errors)
    await tries.sign_in(identity.email)
    try:
        user = await service.change_password(
            session,
            email=identity.email,
            current=form.password,
            password=values.new_password,
        )
    except service.WrongPassword as error:
        return _show(request, form, {"password": error.detail})
    response = _go(request, "home")
    await start_session(request, response, session, user)
    return response


def local(address: str, otherwise: str) -> str:
    """Return a path of this site, whatever an address says that came from outside."""
    inside = re.fullmatch(r"/([^/\\].*)?", address) and address.isprintable()
    return address if inside else otherwise


def _show(
    request: Request,
    form: Fields,
    errors: dict[str, str] | None = None,
    status_code: int = 422,
) -> Response:
    context = {
        "page": request.url.path.removeprefix(router.prefix),
        "form": form,
        "errors": errors or {},
    }
    status = status_code if errors else 200
    return templates.TemplateResponse(
        request, "accounts.html", context, status_code=status
    )


def _go(request: Request, name: str) -> Response:
    return RedirectResponse(request.url_for(name).path, status_code=303)
