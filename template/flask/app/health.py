"""Whether the service lives, and whether it is ready for work."""

from concurrent.futures import ThreadPoolExecutor

from flask import Blueprint
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from structlog import get_logger

from app.database import db

bp = Blueprint("health", __name__)
log = get_logger()
# A thread of its own, so that a database that hangs does not keep the answer waiting.
checks = ThreadPoolExecutor(max_workers=1)


@bp.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


@bp.get("/readyz")
def readyz() -> tuple[dict[str, str | list[str]], int]:
    try:
        checks.submit(ping, db.engine).result(timeout=2)
    except (OSError, SQLAlchemyError) as error:  # A timeout is an OSError.
        log.warning("not ready", failed="database", error=type(error).__name__)
        return {"status": "unavailable", "failed": ["database"]}, 503
    return {"status": "ok"}, 200


def ping(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
