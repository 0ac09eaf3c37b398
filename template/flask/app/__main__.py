"""The production server: `python -m app`."""

from granian import Granian
from granian.constants import HTTPModes, Interfaces

from app.logging import configure_logging
from app.settings import load_settings

QUIET = {"alembic.runtime.plugins": {"level": "WARNING"}}

if __name__ == "__main__":
    settings = load_settings()
    configure_logging(level=settings.log_level, json_lines=settings.production)
    Granian(
        "app.wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=128,  # Requests that wait for a lock leave some for health.
        backpressure=512,  # Connections at once; further ones wait in the backlog.
        http=HTTPModes.http1,  # Only there has every body a length, or is chunked.
        websockets=False,
        log_access=False,  # RequestLog does that.
        log_dictconfig={"loggers": {"_granian": {"propagate": True}} | QUIET},
        respawn_failed_workers=True,
        workers_kill_timeout=30,
    ).serve()
