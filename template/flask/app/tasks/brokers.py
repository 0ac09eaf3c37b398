"""Brokers: they send tasks to workers through Redis, or run them in this process."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from queue import Full, Queue
from threading import Thread
from typing import Protocol
from uuid import UUID

from flask import Flask, current_app
from redis.exceptions import RedisError
from structlog import get_logger

from app.repeated_warnings import RepeatedWarning
from app.settings import Settings
from app.tasks.redis_broker import create_message, create_redis_broker
from app.tasks.runner import run_task

EXTENSION = "task_broker"
MAX_UNSENT = 1000
CONCURRENCY = 4
log = get_logger()


class TaskBroker(Protocol):
    def send(self, task_id: UUID) -> None:
        """Send a task to a worker. The scheduler sends it again if it gets lost."""

    def join(self) -> None:
        """Wait until all tasks are sent, or done if this process runs them."""

    def close(self) -> None: ...


class RedisTaskBroker:
    """Sends tasks in a thread, so that no request waits for Redis.

    What it has not sent when the process ends is lost.
    """

    def __init__(self, url: str) -> None:
        self._broker = create_redis_broker(url)
        self._warning = RepeatedWarning("tasks_not_sent")
        self._unsent: Queue[UUID | None] = Queue(MAX_UNSENT)
        Thread(target=self._send_all, name="task-sender", daemon=True).start()

    def send(self, task_id: UUID) -> None:
        with suppress(Full):
            self._unsent.put_nowait(task_id)

    def join(self) -> None:
        self._unsent.join()

    def close(self) -> None:
        self._unsent.put(None)
        self._unsent.join()
        self._broker.close()

    def _send_all(self) -> None:
        while task_id := self._unsent.get():
            try:
                self._broker.enqueue(create_message(task_id))
            except RedisError as error:
                self._warning.log(error=str(error))
            finally:
                self._unsent.task_done()
        self._unsent.task_done()


class LocalTaskBroker:
    """Runs tasks in threads: for development and tests, which have no Redis."""

    def __init__(self, run: Callable[[UUID], None]) -> None:
        self._run = run
        self._executor = ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="task")
        self._running: set[Future[None]] = set()

    def send(self, task_id: UUID) -> None:
        future = self._executor.submit(self._run, task_id)
        self._running.add(future)
        future.add_done_callback(self._finish)

    def join(self) -> None:
        while self._running:
            wait(list(self._running))

    def close(self) -> None:
        self._executor.shutdown()

    def _finish(self, future: Future[None]) -> None:
        self._running.discard(future)
        if error := future.exception():
            log.warning("task_not_recorded", error=type(error).__name__)


def add_task_broker(app: Flask, settings: Settings) -> None:
    """Send tasks to workers or, without Redis, run them in this process."""
    broker: TaskBroker
    if settings.redis_url:
        broker = RedisTaskBroker(settings.redis_url)
    else:
        broker = LocalTaskBroker(partial(run_task, app))
    app.extensions[EXTENSION] = broker


def get_task_broker(app: Flask = current_app) -> TaskBroker:
    broker: TaskBroker = app.extensions[EXTENSION]
    return broker
