"""Signing in with a browser: a cookie, and a row for it on the server."""

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from app.accounts import tokens
from app.accounts.models import User
from app.accounts.owners import work_for
from app.database import ReadSession, WriteSession


async def identify(request: Request, session: ReadSession) -> None:
    """Find out who is there; the request's session then finds only what is theirs."""
    request.state.identity = None
    if found := await by_cookie(request, session):
        token, user = found
        await tokens.keep(session, token)
        request.state.identity = work_for(session, user)


async def by_cookie(connection: HTTPConnection, session: AsyncSession) -> tokens.Found:
    text = session_token(connection)
    return await tokens.find(session, text, "session") if text else None


async def start_session(
    request: Request, response: Response, session: WriteSession, user: User
) -> None:
    """Give the browser a new session in place of the one it may have."""
    await tokens.end(session, session_token(request), "session")
    response.set_cookie(
        _cookie(request),
        await tokens.issue(session, user.id, "session"),
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.production,
    )


async def end_session(
    request: Request, response: Response, session: WriteSession
) -> None:
    await tokens.end(session, session_token(request), "session")
    secure = request.app.state.settings.production
    response.delete_cookie(_cookie(request), secure=secure, httponly=True)


def session_token(request: HTTPConnection) -> str:
    return request.cookies.get(_cookie(request), "")


def _cookie(request: HTTPConnection) -> str:
    # This prefix makes browsers refuse it from other hosts, and without HTTPS.
    production = request.app.state.settings.production
    return "__Host-session" if production else "session"
