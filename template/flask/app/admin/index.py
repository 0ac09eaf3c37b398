"""The first page of the admin, and signing in to it: for staff only."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import AdminIndexView, expose
from flask_login import current_user, logout_user
from structlog import get_logger

from app.accounts import service, sessions
from app.accounts.models import User
from app.accounts.rate_limits import check_sign_in, clear_sign_in
from app.accounts.schemas import normalize_email
from app.admin.forms import SignInForm
from app.extensions import db
from app.unit_of_work import UnitOfWork

log = get_logger()


def is_staff() -> bool:
    """Return whether a member of the staff is signed in."""
    return bool(current_user.is_authenticated and current_user.user.is_staff)


class StaffIndex(AdminIndexView):  # type: ignore[misc]  # Flask-Admin has no types
    """Uses the sessions and rate limits of accounts."""

    def __init__(self, url: str) -> None:
        super().__init__(url=url)
        self.static_folder = None  # No page loads the scripts of Flask-Admin.

    @expose("/")
    def index(self) -> ResponseReturnValue:
        if not is_staff():
            return redirect(url_for(".sign_in"), code=303)
        page: str = self.render("panel/index.html")
        return page

    @expose("/sign-in", methods=("GET", "POST"))
    def sign_in(self) -> ResponseReturnValue:
        """Sign in. The answer is the same for a wrong password and for other users."""
        form = SignInForm()
        if not form.validate_on_submit():
            page: str = self.render("panel/sign_in.html", form=form)
            return page
        email = normalize_email(form.username.data or "")
        check_sign_in(email)
        unit_of_work = UnitOfWork()
        user = service.find_user(email)
        unit_of_work.commit()  # release the connection before the slow verification
        credentials = service.verify_credentials(user, form.password.data or "")
        try:
            _start_staff_session(service.sign_in(credentials))
        except service.InvalidCredentials as error:
            db.session.rollback()
            form.form_errors = [error.detail]
            return self.render("panel/sign_in.html", form=form), error.status
        unit_of_work.commit()
        clear_sign_in()
        return redirect(url_for(".index"), code=303)

    @expose("/sign-out", methods=("POST",))
    def sign_out(self) -> ResponseReturnValue:
        if current_user.is_authenticated:
            unit_of_work = UnitOfWork()
            sessions.revoke_session(current_user)
            unit_of_work.commit()
            logout_user()
        return redirect(url_for(".sign_in"), code=303)


def _start_staff_session(user: User) -> None:
    if not user.is_staff:
        log.warning("refused", reason="not staff", user=str(user.id))
        raise service.InvalidCredentials
    if current_user.is_authenticated:
        sessions.revoke_session(current_user)
    sessions.start_session(user)
