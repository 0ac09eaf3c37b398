"""A cache for lists of items: in Redis, in development in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from app.cache.lists import shelf
from app.items.changes import told_to
from app.settings import Settings


def install(app: FastAPI) -> None:
    app.include_router(APIRouter(lifespan=caching))


@asynccontextmanager
async def caching(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    url = settings.redis_url or ("" if settings.production else "mem://")
    if not url:  # one process cannot tell the others what to forget
        yield
        return
    shelf.open(url, settings.secret_key)
    with told_to(shelf.forget):
        yield
    await shelf.close()
