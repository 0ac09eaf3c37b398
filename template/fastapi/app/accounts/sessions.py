"""Signing in with a browser: a cookie, and a row for it on the server."""

from urllib.parse import urlencode

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from app.accounts import tokens
from app.accounts.models import User
from app.errors import AppError
from app.settings import Settings


def sign_in_required(request: Request) -> AppError:
    """Send the browser to the sign-in page, and from there back here."""
    here = urlencode({"next": request.url.replace(scheme="", netloc="")})
    location = f"{request.url_for('sign_in_page').path}?{here}"
    error = AppError("Sign in first.", headers={"Location": location})
    error.status = 303
    return error


async def find_user_by_cookie(
    connection: HTTPConnection, session: AsyncSession, _settings: Settings
) -> User | None:
    connection.state.identity = None
    found = await by_cookie(connection, session)
    if not found:
        return None
    token, identity = found
    await tokens.keep(session, token)
    connection.state.identity = identity
    return await session.get(User, identity.id)


async def by_cookie(connection: HTTPConnection, session: AsyncSession) -> tokens.Found:
    text = session_token(connection)
    return await tokens.find(session, text, "session") if text else None


async def start_session(
    request: Request, response: Response, session: AsyncSession, user: User
) -> None:
    """Give the browser a new session in place of the one it may have."""
    await tokens.end(session, session_token(request), "session")
    response.set_cookie(
        _cookie(request),
        await tokens.issue(session, user.id, "session"),
        httponly=True,
        samesite="lax",
        secure=request.state.settings.production,
    )


async def end_session(
    request: Request, response: Response, session: AsyncSession
) -> None:
    await tokens.end(session, session_token(request), "session")
    secure = request.state.settings.production
    response.delete_cookie(_cookie(request), secure=secure, httponly=True)


def session_token(request: HTTPConnection) -> str:
    return request.cookies.get(_cookie(request), "")


def _cookie(request: HTTPConnection) -> str:
    # This prefix makes browsers refuse it from other hosts, and without HTTPS.
    production = request.state.settings.production
    return "__Host-session" if production else "session"
