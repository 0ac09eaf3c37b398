"""The pages of accounts."""

import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required, logout_user
from flask_wtf import FlaskForm

from app.accounts import service, sessions
from app.accounts.forms import (
    ConfirmationForm,
    DeleteForm,
    PasswordForm,
    RegistrationForm,
    ResetForm,
    ResetRequestForm,
    SignInForm,
)
from app.accounts.passwords import hash_password
from app.accounts.rate_limits import check_email, check_sign_in, clear_sign_in
from app.accounts.schemas import (
    AccountDelete,
    PasswordChange,
    PasswordResetConfirm,
    PasswordResetCreate,
    RegistrationCreate,
    normalize_email,
)
from app.errors import AppError
from app.pages.forms import validate_form
from app.unit_of_work import UnitOfWork

bp = Blueprint(
    "accounts", __name__, url_prefix="/accounts", template_folder="templates"
)


@bp.route("/register", methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    form = RegistrationForm()
    if new := validate_form(form, RegistrationCreate):
        check_email(new.email)
        password_hash = hash_password(new.password)
        unit_of_work = UnitOfWork()
        service.register(unit_of_work, new.email, password_hash)
        unit_of_work.commit()
        return redirect(url_for(".check_email_page"), code=303)
    return _show_form("register", form)


@bp.get("/check-email")
def check_email_page() -> str:
    return render_template("accounts/check_email.html")


@bp.route("/confirm", methods=["GET", "POST"])
def confirm() -> ResponseReturnValue:
    """Ask before confirming, since programs that scan emails open links."""
    form = ConfirmationForm(data={"token": request.args.get("token", "")})
    if form.validate_on_submit():
        unit_of_work = UnitOfWork()
        service.confirm_registration(form.token.data or "")
        unit_of_work.commit()
        flash("Your address is confirmed. You can sign in now.")
        return redirect(url_for(".sign_in"), code=303)
    return _show_form("confirm", form)


@bp.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if not form.validate_on_submit():
        return _show_form("sign_in", form)
    email = normalize_email(form.email.data or "")
    check_sign_in(email)
    unit_of_work = UnitOfWork()
    user = service.find_user(email)
    unit_of_work.commit()  # release the connection before the slow verification
    credentials = service.verify_credentials(user, form.password.data or "")
    try:
        user = service.sign_in(credentials)
    except service.InvalidCredentials as error:
        return _show_error("sign_in", form, error)
    if current_user.is_authenticated:
        sessions.revoke_session(current_user)
    sessions.start_session(user)
    unit_of_work.commit()
    clear_sign_in()
    return redirect(_next_url(), code=303)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    if current_user.is_authenticated:
        unit_of_work = UnitOfWork()
        sessions.revoke_session(current_user)
        unit_of_work.commit()
        logout_user()
    flash("You are signed out.")
    return redirect(url_for("pages.home"), code=303)


@bp.route("/reset", methods=["GET", "POST"])
def request_reset() -> ResponseReturnValue:
    form = ResetRequestForm()
    if reset := validate_form(form, PasswordResetCreate):
        check_email(reset.email)
        unit_of_work = UnitOfWork()
        service.request_password_reset(unit_of_work, reset.email)
        unit_of_work.commit()
        return redirect(url_for(".check_email_page"), code=303)
    return _show_form("reset_request", form)


@bp.route("/reset/confirm", methods=["GET", "POST"])
def reset_password() -> ResponseReturnValue:
    form = ResetForm(data={"token": request.args.get("token", "")})
    if reset := validate_form(form, PasswordResetConfirm):
        unit_of_work = UnitOfWork()
        reset_id = service.find_password_reset(reset.token)
        unit_of_work.commit()  # release the connection before the slow hashing
        password_hash = hash_password(reset.password)
        service.reset_password(reset_id, password_hash)
        unit_of_work.commit()
        flash("Your password is changed. You can sign in now.")
        return redirect(url_for(".sign_in"), code=303)
    return _show_form("reset", form)


@bp.get("/profile")
@login_required
def profile() -> str:
    active = sessions.list_sessions(current_user.user)
    return render_template("accounts/profile.html", sessions=active)


@bp.route("/password", methods=["GET", "POST"])
@login_required
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    change = validate_form(form, PasswordChange)
    if change is None:
        return _show_form("change_password", form)
    unit_of_work, user = UnitOfWork(), current_user.user
    unit_of_work.commit()  # release the connection before the slow verification
    check_sign_in(user.email)
    credentials = service.verify_credentials(user, change.current_password)
    if credentials is None:
        form.current_password.errors = [service.WrongPassword.detail]
        return _show_form("change_password", form)
    password_hash = hash_password(change.new_password)
    service.change_password(credentials, password_hash)
    sessions.start_session(user)
    unit_of_work.commit()
    clear_sign_in()
    flash("Your password is changed. All other devices are signed out.")
    return redirect(url_for(".profile"), code=303)


@bp.post("/sessions/sign-out-others")
@login_required
def sign_out_other_devices() -> ResponseReturnValue:
    unit_of_work = UnitOfWork()
    service.sign_out_other_devices(current_user.row)
    unit_of_work.commit()
    flash("All other devices are signed out.")
    return redirect(url_for(".profile"), code=303)


@bp.route("/delete", methods=["GET", "POST"])
@login_required
def delete_account() -> ResponseReturnValue:
    form = DeleteForm()
    deletion = validate_form(form, AccountDelete)
    if deletion is None:
        return _show_form("delete_account", form)
    unit_of_work, user = UnitOfWork(), current_user.user
    unit_of_work.commit()  # release the connection before the slow verification
    check_sign_in(user.email)
    credentials = service.verify_credentials(user, deletion.current_password)
    if credentials is None:
        form.current_password.errors = [service.WrongPassword.detail]
        return _show_form("delete_account", form)
    try:
        service.delete_account(credentials)
    except service.LastStaffAccount as error:
        return _show_error("delete_account", form, error)
    unit_of_work.commit()
    logout_user()
    flash("Your account is deleted.")
    return redirect(url_for("pages.home"), code=303)


def _next_url() -> str:
    """Return the path in the query parameter `next`. It leads only to this site."""
    url = request.args.get("next", "")
    is_local = re.fullmatch(r"/([^/\\].*)?", url) and url.isprintable()
    return url if is_local else url_for("pages.home")


def _show_form(
    name: str, form: FlaskForm, *, status: int | None = None
) -> ResponseReturnValue:
    """Return a page with a form, as typed, and what is wrong with it."""
    page = render_template(f"accounts/{name}.html", form=form)
    return page, status or (422 if form.errors else 200)


def _show_error(name: str, form: FlaskForm, error: AppError) -> ResponseReturnValue:
    """Return a page with an error that concerns the form as a whole."""
    form.form_errors = [error.detail]
    return _show_form(name, form, status=error.status)
