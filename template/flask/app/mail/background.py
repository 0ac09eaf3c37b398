"""Sending emails after the response, in threads of this process.

A crash loses the emails that are waiting.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from flask import Flask, current_app
from structlog import get_logger

CONCURRENCY = 4
QUEUE_SIZE = 1000
EXTENSION = "email_sender"
log = get_logger()

Job = Callable[[], object]


class BackgroundSender:
    def __init__(self, app: Flask) -> None:
        self._app = app
        self._executor = ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="email")
        self._jobs: set[Future[None]] = set()

    def submit(self, job: Job) -> None:
        """Run a job that sends an email soon, unless too many are waiting."""
        if len(self._jobs) >= QUEUE_SIZE:
            log.error("email_dropped", reason="too many emails are waiting")
            return
        future = self._executor.submit(self._run, job)
        self._jobs.add(future)
        future.add_done_callback(self._jobs.discard)

    def join(self) -> None:
        """Wait until all jobs are done."""
        wait(list(self._jobs))

    def close(self) -> None:
        """Run the jobs that are waiting, then end the threads."""
        self._executor.shutdown()

    def _run(self, job: Job) -> None:
        try:
            with self._app.app_context():
                job()
        except Exception:
            log.exception("email_failed")


def add_email_sender(app: Flask) -> None:
    app.extensions[EXTENSION] = BackgroundSender(app)


def get_email_sender(app: Flask = current_app) -> BackgroundSender:
    sender: BackgroundSender = app.extensions[EXTENSION]
    return sender
