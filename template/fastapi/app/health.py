"""Health checks: liveness at /healthz, and readiness at /readyz."""

import asyncio
from functools import cache

from alembic.config import Config
from alembic.script import ScriptDirectory
from anyio.to_thread import run_sync
from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from app.dependencies import StateDep
from app.settings import BASE_DIR

TIMEOUT = 2
router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(state: StateDep) -> Response:
    try:
        async with (
            asyncio.timeout(TIMEOUT),
            state["database"].health_engine.connect() as connection,
        ):
            current = await connection.run_sync(_current_revisions)
    except (OSError, SQLAlchemyError):  # a timeout is an OSError
        return _unavailable("database")
    heads, known = await run_sync(_read_migrations)
    # A revision that is not known is from a newer version, which is being deployed.
    if not heads <= current and current <= known:
        return _unavailable("migrations")
    return JSONResponse({"status": "ok"})


def _current_revisions(connection: Connection) -> set[str]:
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.scalars(text("SELECT version_num FROM alembic_version")))


@cache
def _read_migrations() -> tuple[set[str], set[str]]:
    """Return the newest revisions, and all of them."""
    config = Config(toml_file=BASE_DIR / "pyproject.toml")
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    return set(scripts.get_heads()), known


def _unavailable(check: str) -> Response:
    return JSONResponse({"status": "unavailable", "failed": [check]}, 503)
