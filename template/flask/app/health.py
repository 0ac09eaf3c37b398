"""Health checks: liveness at /healthz, and readiness at /readyz."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

from alembic.script import ScriptDirectory
from flask import Blueprint
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError
from structlog import get_logger

from app.extensions import db
from app.settings import BASE_DIR

TIMEOUT = 2
bp = Blueprint("health", __name__)
log = get_logger()
# A database that does not answer must not block a thread that serves requests.
executor = ThreadPoolExecutor(max_workers=1)
Answer = tuple[dict[str, str | list[str]], int]


@bp.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@bp.get("/readyz")
def readyz() -> Answer:
    check = executor.submit(read_revisions, db.engines["health"])
    try:
        current = check.result(timeout=TIMEOUT)
    except (OSError, SQLAlchemyError) as error:  # a timeout is an OSError
        check.cancel()
        log.warning("not_ready", failed="database", error=type(error).__name__)
        return _unavailable("database")
    heads, known = _read_migrations()
    # A revision that is not known is from a newer version, which is being deployed.
    if not heads <= current and current <= known:
        log.warning("not_ready", failed="migrations")
        return _unavailable("migrations")
    return {"status": "ok"}, 200


def read_revisions(engine: Engine) -> set[str]:
    """Return the revisions of the database: none if no migration was applied."""
    # Alembic's MigrationContext would write two lines to the log for each check.
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return set()
        return set(connection.scalars(text("SELECT version_num FROM alembic_version")))


@cache
def _read_migrations() -> tuple[set[str], set[str]]:
    """Return the newest revisions, and all of them."""
    scripts = ScriptDirectory(BASE_DIR / "migrations")
    known = {script.revision for script in scripts.walk_revisions()}
    return set(scripts.get_heads()), known


def _unavailable(check: str) -> Answer:
    return {"status": "unavailable", "failed": [check]}, 503
