"""Signing in to the admin: as everywhere else, but for staff only."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqladmin.authentication import AuthenticationBackend
from structlog import get_logger

from app.accounts import service, sessions
from app.accounts.dependencies import get_rate_limits
from app.accounts.schemas import normalize_email
from app.dependencies import get_state
from app.errors import Forbidden

log = get_logger()


class StaffAuthentication(AuthenticationBackend):
    """Uses the sessions and rate limits of accounts."""

    def __init__(self) -> None:
        self.middlewares = []  # sqladmin's own would keep sessions in a cookie

    async def login(self, request: Request) -> Response | bool:
        """Sign in. The answer is the same for a wrong password and for other users."""
        state, form = await get_state(request), await request.form()
        email = normalize_email(str(form.get("username", "")))
        rate_limits = await get_rate_limits(request, state)
        await rate_limits.check_sign_in(email)
        credentials = await service.verify_credentials(
            state["database"], email, str(form.get("password", ""))
        )
        settings = state["settings"]
        async with state["database"].session() as session, session.begin():
            try:
                user = await service.sign_in(session, credentials)
            except service.InvalidCredentials:
                return False
            if not user.is_staff:
                log.warning("refused", reason="not staff", user=str(user.id))
                return False
            old_token = sessions.get_session_token(request, settings)
            await sessions.revoke_session(session, old_token)
            user_agent = request.headers.get("user-agent", "")
            token = await sessions.create_session(session, user, user_agent)
        await rate_limits.clear_sign_in(email)
        response = RedirectResponse(request.url_for("admin:index"), status_code=303)
        sessions.set_session_cookie(response, settings, token)
        return response

    async def logout(self, request: Request) -> Response | bool:
        state = await get_state(request)
        token = sessions.get_session_token(request, state["settings"])
        async with state["database"].session() as session, session.begin():
            await sessions.revoke_session(session, token)
        response = RedirectResponse(request.url_for("admin:login"), status_code=303)
        sessions.delete_session_cookie(response, state["settings"])
        return response

    async def authenticate(self, request: Request) -> Response | bool:
        """Return whether a member of the staff is signed in."""
        # sqladmin's actions change rows by GET, which a link on another site can send.
        is_action = "/action/" in request.url.path
        if is_action and request.headers.get("sec-fetch-site") == "cross-site":
            raise Forbidden("This link is on another site.")
        state = await get_state(request)
        token = sessions.get_session_token(request, state["settings"])
        async with state["database"].session(writes=False) as session:
            active = await sessions.find_session(session, token)
        if active is None or not active.user.is_staff:
            return False
        if sessions.needs_extension(active.session):
            await sessions.extend_session(state["database"], active.session.id)
        request.state.user = active.user
        return True
