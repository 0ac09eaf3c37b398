"""The production server: `python -m app`."""

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from app.logging import configure_logging
from app.settings import load_settings
from app.wsgi_adapter import MAX_CONNECTIONS

QUIET = {"alembic.runtime.plugins": {"level": "WARNING"}}

if __name__ == "__main__":
    settings = load_settings()
    configure_logging(level=settings.log_level, json_lines=settings.production)
    Granian(
        "app.asgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGINL,
        workers=settings.workers,
        backpressure=MAX_CONNECTIONS,  # Further connections wait in the backlog.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        websockets=False,
        log_access=False,  # RequestLog does that.
        log_dictconfig={"loggers": {"_granian": {"propagate": True}} | QUIET},
        respawn_failed_workers=True,
        workers_kill_timeout=30,
    ).serve()
