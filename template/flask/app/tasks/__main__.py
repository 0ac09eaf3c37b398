"""The worker's process: `python -m app.tasks`."""

import signal
import sys
from threading import Event

from app.logging import configure_logging
from app.main import create_app
from app.settings import Settings, load_settings
from app.tasks.redis_broker import create_redis_broker
from app.tasks.scheduler import run_scheduler
from app.tasks.worker import create_worker

SHUTDOWN_TIMEOUT = 31_000  # milliseconds: a little longer than one attempt of a task


def work(settings: Settings) -> None:
    """Run tasks until SIGTERM or SIGINT, and finish those that were begun."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    app = create_app(settings)
    broker = create_redis_broker(settings.redis_url)
    worker = create_worker(app, broker, settings.worker_concurrency)
    worker.start()
    run_scheduler(app, stop)
    worker.stop(SHUTDOWN_TIMEOUT)


if __name__ == "__main__":
    settings = load_settings()
    if not settings.redis_url:
        sys.exit("Without REDIS_URL there is no worker: the service runs its tasks.")
    configure_logging(level=settings.log_level, json_lines=settings.production)
    work(settings)
