"""Dependencies of the endpoints of accounts, in addition to app/dependencies.py."""

from typing import Annotated

from fastapi import Depends
from fastapi.requests import HTTPConnection
from structlog.contextvars import bind_contextvars

from app.accounts.rate_limits import RateLimits, get_client_network
from app.dependencies import StateDep


async def get_rate_limits(connection: HTTPConnection, state: StateDep) -> RateLimits:
    client = get_client_network(connection)
    bind_contextvars(client=client)  # for the security events in the log
    return RateLimits(state["rate_limiter"], client)


RateLimitsDep = Annotated[RateLimits, Depends(get_rate_limits)]
