"""Web pages. They need no script; each refuses what another site sends."""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from app.pages import items

STATIC = Path(__file__).parent / "static"


def install(app: FastAPI) -> None:
    app.include_router(items.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
