"""Signing in with a browser: a cookie, and a row for it on the server."""

import re
from urllib.parse import urlencode

from fastapi import HTTPException, Request, Response

from app.accounts import tokens
from app.accounts.models import User
from app.accounts.owners import Identity, work_for
from app.database import ReadSession, WriteSession
from app.settings import Settings


async def identify(request: Request, session: ReadSession) -> None:
    """Find out who is there; the request's session then finds only what is theirs."""
    request.state.identity = None
    if text := session_token(request):
        found = await tokens.find(session, text, "session")
        if found:
            token, user = found
            await tokens.keep(session, token)
            request.state.identity = work_for(session, user)


def signed_in(request: Request) -> Identity:
    """Send strangers to sign in, and from there back here."""
    identity: Identity | None = request.state.identity
    if identity is None:
        query = f"?{request.url.query}" if request.url.query else ""
        here = urlencode({"next": request.url.path + query})
        location = f"{request.url_for('sign_in_page').path}?{here}"
        raise HTTPException(303, "Sign in first.", {"Location": location})
    return identity


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
        secure=_settings(request).production,
    )


async def end_session(
    request: Request, response: Response, session: WriteSession
) -> None:
    await tokens.end(session, session_token(request), "session")
    secure = _settings(request).production
    response.delete_cookie(_cookie(request), secure=secure, httponly=True)


def session_token(request: Request) -> str:
    return request.cookies.get(_cookie(request), "")


def local(address: str, otherwise: str) -> str:
    """Return a path of this site, whatever an address says that came from outside."""
    inside = re.fullmatch(r"/([^/\\].*)?", address) and address.isprintable()
    return address if inside else otherwise


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _cookie(request: Request) -> str:
    # This prefix makes browsers refuse it from other hosts, and without HTTPS.
    return "__Host-session" if _settings(request).production else "session"
