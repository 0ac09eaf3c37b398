"""Who may enter the admin panel, and what the log tells of what they do there."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqladmin.audit import AuditBackend, AuditEntry
from sqladmin.authentication import AuthenticationBackend
from structlog import get_logger

from app.accounts import service
from app.accounts.inputs import as_kept
from app.accounts.sessions import end_session, identify, start_session
from app.accounts.throttle import Tries
from app.origin import same_origin

log = get_logger()


class StaffOnly(AuthenticationBackend):
    """Signs in as everywhere else, with the same session; then only staff get in."""

    def __init__(self) -> None:
        self.middlewares = []  # no session in a cookie: it is a row in the database

    async def login(self, request: Request) -> Response | bool:
        same_origin(request)
        form, tries = await request.form(), Tries(request)
        email, password = as_kept(str(form.get("username"))), str(form.get("password"))
        await tries.sign_in(email)
        async with request.app.state.database.session() as session:
            try:
                user = await service.sign_in(session, email=email, password=password)
            except service.SignInFailed:
                return False
            if not user.is_staff:
                log.warning("refused", reason="not of the staff", user=str(user.id))
                return False
            await tries.signed_in(email)
            response = RedirectResponse(request.url_for("admin:index"), 303)
            await start_session(request, response, session, user)
            await session.commit()
        return response

    async def logout(self, request: Request) -> Response | bool:
        same_origin(request)
        response = RedirectResponse(request.url_for("admin:login"), 303)
        async with request.app.state.database.session.begin() as session:
            await end_session(request, response, session)
        return response

    async def authenticate(self, request: Request) -> Response | bool:
        same_origin(request)
        async with request.app.state.database.session() as session:
            await identify(request, session)
        identity = request.state.identity
        return identity is not None and identity.is_staff


class Journal(AuditBackend):
    async def log(self, entry: AuditEntry, request: Request) -> None:
        user = str(request.state.identity.id)
        log.info(
            "changed", action=entry.action, kind=entry.identity, row=entry.pk, user=user
        )
