"""Accounts: who people are, how they prove it, and what belongs to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from app.accounts.throttle import Throttle


def install(app: FastAPI) -> None:
    app.include_router(APIRouter(lifespan=throttling))


@asynccontextmanager
async def throttling(app: FastAPI) -> AsyncIterator[None]:
    app.state.throttle = Throttle(app.state.settings.redis_url)
    yield
    await app.state.throttle.close()
