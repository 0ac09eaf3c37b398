"""Brokers: they send tasks to workers through Redis, or run them in this process."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Protocol
from uuid import UUID

from redis.exceptions import RedisError
from structlog import get_logger

from app.repeated_warnings import RepeatedWarning
from app.tasks.redis_broker import REDIS_TIMEOUT, create_message, create_redis_broker

MAX_UNSENT = 1000
log = get_logger()

Run = Callable[[UUID], Coroutine[None, None, None]]


class TaskBroker(Protocol):
    async def send(self, task_id: UUID) -> None:
        """Send a task to a worker. The scheduler sends it again if it gets lost."""

    async def close(self) -> None: ...


class RedisTaskBroker:
    """Sends tasks in the background, so that no request waits for Redis."""

    def __init__(self, url: str) -> None:
        self._broker = create_redis_broker(url)
        self._warning = RepeatedWarning("tasks_not_sent")
        self._unsent = asyncio.Queue[UUID](MAX_UNSENT)
        self._sender = asyncio.create_task(self._send_all())

    async def send(self, task_id: UUID) -> None:
        with suppress(asyncio.QueueFull):
            self._unsent.put_nowait(task_id)

    async def close(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(REDIS_TIMEOUT):
                await self._unsent.join()
        self._sender.cancel()
        self._broker.close()

    async def _send_all(self) -> None:
        while True:
            task_id = await self._unsent.get()
            message = create_message(task_id)
            try:
                await asyncio.to_thread(self._broker.enqueue, message)
            except RedisError as error:
                self._warning.log(error=str(error))
            finally:
                self._unsent.task_done()


class LocalTaskBroker:
    """Runs tasks in this process: for development and tests, which have no Redis."""

    def __init__(self) -> None:
        self._run: Run | None = None
        self._running: set[asyncio.Task[None]] = set()

    def start(self, run: Run) -> None:
        """Run tasks with this function from now on."""
        self._run = run

    async def send(self, task_id: UUID) -> None:
        if self._run is None:
            raise RuntimeError("Start the broker first.")
        running = asyncio.create_task(self._run(task_id))
        self._running.add(running)
        running.add_done_callback(self._finish)

    async def join(self) -> None:
        """Wait until all tasks are done, also those that they enqueue."""
        while self._running:
            await asyncio.wait(self._running)

    async def close(self) -> None:
        await self.join()

    def _finish(self, running: asyncio.Task[None]) -> None:
        self._running.discard(running)
        if not running.cancelled() and (error := running.exception()):
            log.warning("task_not_recorded", error=type(error).__name__)
