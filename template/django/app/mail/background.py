"""Sending emails after the commit, in threads of this process.

A crash loses the emails that are waiting.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import BoundedSemaphore

import structlog
from django.db import connections, transaction

CONCURRENCY = 4
QUEUE_SIZE = 1000
log = structlog.get_logger(__name__)

Job = Callable[[], None]


class BackgroundSender:
    """Runs jobs that send emails. Those that are waiting are run before it ends."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="mail")
        self._free = BoundedSemaphore(QUEUE_SIZE)

    def submit(self, job: Job) -> None:
        """Run a job that sends an email soon, unless too many are waiting."""
        if self._free.acquire(blocking=False):
            self._executor.submit(self._run, job)
        else:
            log.error("email_dropped", reason="too many emails are waiting")

    def join(self) -> None:
        """Wait until all jobs are done, and accept no others."""
        self._executor.shutdown()

    def _run(self, job: Job) -> None:
        try:
            job()
        except Exception:
            log.exception("email_failed")
        finally:
            connections.close_all()
            self._free.release()


sender = BackgroundSender()


def send_after_commit(job: Job) -> None:
    """Run a job that sends an email once the current transaction is committed."""
    transaction.on_commit(partial(sender.submit, job))
