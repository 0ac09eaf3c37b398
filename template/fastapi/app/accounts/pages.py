"""The pages of accounts."""

import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute

from app.accounts import schemas as inputs, service
from app.accounts.mails import Post
from app.accounts.sessions import end_session, start_session
from app.accounts.throttle import Counted
from app.dependencies import OptionalSessionUser, SessionUser, UnitOfWorkDep
from app.pages.templating import templates


class FormRoute(APIRoute):
    """Shows a form again, with what is wrong at its fields."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_form(request: Request) -> Response:
            status = 422
            try:
                return await handle(request)
            except RequestValidationError as error:
                errors = {entry["loc"][-1]: entry["msg"] for entry in error.errors()}
            except service.WrongPassword as error:
                errors = {"current_password": error.detail}
            except service.SignInFailed as error:
                status, errors = error.status, {"": error.detail}
            return _show(request, await request.form(), errors, status)

        return handle_form


class ResetForm(inputs.Reset):
    token: str = ""  # without one there is no link, which the service says


router = APIRouter(
    prefix="/accounts",
    route_class=FormRoute,
    default_response_class=HTMLResponse,
    include_in_schema=False,
)


@router.get("/register", name="register_page")
@router.get("/sent", name="sent_page")
@router.get("/confirm", name="confirm_by_mail")
@router.get("/sign-in", name="sign_in_page")
@router.get("/reset", name="forgotten_page")
@router.get("/reset/confirm", name="reset_by_mail")
@router.get("/password", name="password_page")
async def show_page(
    request: Request, _user: OptionalSessionUser, token: str = ""
) -> Response:
    """Show a form, and do nothing yet: programs that look through mail open links."""
    return _show(request, {"token": token}, errors={}, status=200)


@router.post("/register")
async def submit_register(
    request: Request, form: Annotated[inputs.Registration, Form()], post: Post
) -> Response:
    await post.register(form)
    return _go(request, "sent_page")


@router.post("/confirm")
async def submit_confirm(
    request: Request, unit_of_work: UnitOfWorkDep, token: Annotated[str, Form()] = ""
) -> Response:
    await service.confirm(unit_of_work.session, token=token)
    return _go(request, "sign_in_page")


@router.post("/sign-in")
async def submit_sign_in(
    request: Request,
    unit_of_work: UnitOfWorkDep,
    tries: Counted,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    email = inputs.as_kept(email)
    await tries.sign_in(email)
    user = await service.sign_in(unit_of_work.session, email=email, password=password)
    await tries.signed_in(email)
    response = RedirectResponse(_next(request), status_code=303)
    await start_session(request, response, unit_of_work.session, user)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, unit_of_work: UnitOfWorkDep) -> Response:
    response = _go(request, "home")
    await end_session(request, response, unit_of_work.session)
    return response


@router.post("/reset")
async def submit_ask_for_reset(
    request: Request, form: Annotated[inputs.ResetRequest, Form()], post: Post
) -> Response:
    await post.forget_password(form.email)
    return _go(request, "sent_page")


@router.post("/reset/confirm")
async def submit_reset_password(
    request: Request, form: Annotated[ResetForm, Form()], unit_of_work: UnitOfWorkDep
) -> Response:
    await service.reset_password(unit_of_work.session, form)
    return _go(request, "sign_in_page")


@router.post("/password")
async def submit_change_password(
    request: Request,
    form: Annotated[inputs.PasswordChange, Form()],
    user: SessionUser,
    unit_of_work: UnitOfWorkDep,
    tries: Counted,
) -> Response:
    await tries.sign_in(user.email)
    user = await service.change_password(unit_of_work.session, form, email=user.email)
    response = _go(request, "home")
    await start_session(request, response, unit_of_work.session, user)
    return response


def _next(request: Request) -> str:
    """Return where to go on: on this site, whatever an address says from outside."""
    address = request.query_params.get("next", "")
    inside = re.fullmatch(r"/([^/\\].*)?", address) and address.isprintable()
    return address if inside else request.url_for("item_list").path


def _show(
    request: Request, form: Mapping[str, Any], errors: dict[str, str], status: int
) -> Response:
    page = request.url.path.removeprefix(router.prefix)
    context = {"page": page, "form": form, "errors": errors}
    return templates.TemplateResponse(request, "accounts/account.html", context, status)


def _go(request: Request, name: str) -> Response:
    return RedirectResponse(request.url_for(name).path, status_code=303)
