"""Listeners are signed in, as long as they listen. Tickets let browsers prove it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

from anyio import create_task_group
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.security.utils import get_authorization_scheme_param
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection
from structlog import get_logger

from app.accounts import tokens
from app.accounts.models import Token, User
from app.api.access import bearer, find_session
from app.api.problems import problems
from app.database import WriteSession, now
from app.realtime.hub import Hub, Listener

LIFETIME = timedelta(seconds=30)
tokens.LIFETIMES["ticket"] = (LIFETIME, LIFETIME)
INTERVAL = 2  # seconds after which sessions are looked at again
AT_ONCE = 500  # sessions in one query
SIGNED_OUT = 1008  # in the words of WebSockets
log = get_logger()
# The sessions that listeners stand on.
signed_in: WeakKeyDictionary[Listener, UUID] = WeakKeyDictionary()


@asynccontextmanager
async def watching(app: FastAPI) -> AsyncIterator[None]:
    async with create_task_group() as tasks:
        tasks.start_soon(watch, app)
        yield
        tasks.cancel_scope.cancel()


router = APIRouter(prefix="/realtime", lifespan=watching)


class Ticket(BaseModel):
    ticket: str
    expires_in: int = int(LIFETIME.total_seconds())


@router.post("/ticket", responses=problems(401), dependencies=[Depends(bearer)])
async def give_ticket(request: Request, session: WriteSession) -> Ticket:
    """Give a ticket that opens one stream or socket, as the parameter `ticket`.

    It is for browsers, which can send no access token there.
    """
    found = await by_header(request, session)
    if not found:
        raise HTTPException(401, "Sign in first.", {"WWW-Authenticate": "Bearer"})
    parent, user = found
    # It ends with the session that it is from, whose id is the last part.
    ticket = await tokens.issue(session, user.id, "ticket")
    return Ticket(ticket=f"{ticket}.{parent.id.hex}")


async def redeem(session: AsyncSession, text: str) -> tokens.Found:
    """Take a ticket, which is good once, for the session that it is from."""
    ticket, _, parent_id = text.rpartition(".")
    found = await tokens.find(session, ticket, "ticket")
    if not (found and await tokens.end(session, ticket, "ticket")):
        return None
    parent = await tokens.find_by_id(session, tokens.id_of(parent_id), "refresh")
    return parent if parent and parent[1] == found[1] else None


async def by_header(connection: HTTPConnection, session: AsyncSession) -> tokens.Found:
    authorization = connection.headers.get("authorization")
    _, text = get_authorization_scheme_param(authorization)
    return await find_session(session, connection.app.state.settings, text)


async def watch(app: FastAPI) -> None:
    """Let go, every now and then, of those who are not signed in any more."""
    hub: Hub = app.state.hub
    while True:
        await asyncio.sleep(INTERVAL)
        listeners = [each for each in hub.listeners if each in signed_in]
        for start in range(0, len(listeners), AT_ONCE):
            try:
                await _check(app, listeners[start : start + AT_ONCE])
            except (OSError, SQLAlchemyError) as error:
                log.warning("sessions_not_checked", exc_info=error)


async def _check(app: FastAPI, listeners: list[Listener]) -> None:
    ids = {signed_in[listener] for listener in listeners}
    query = (
        select(Token.id, User.id, User.is_staff)
        .join(User)
        .where(Token.id.in_(ids), Token.expires_at > now(), User.is_active)
    )
    async with app.state.database.session() as session:
        found = {
            (token_id, "staff" if is_staff else str(user_id))
            for token_id, user_id, is_staff in await session.execute(query)
        }
    for listener in listeners:
        if (signed_in[listener], listener.audience) not in found:
            app.state.hub.let_go(listener, SIGNED_OUT)
