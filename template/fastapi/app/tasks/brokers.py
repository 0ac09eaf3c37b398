"""How a task reaches what runs it: a worker, by Redis and dramatiq, or this process."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from time import monotonic
from typing import Protocol
from uuid import UUID

import redis
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from structlog import get_logger

QUEUE, ACTOR = "tasks", "run_task"
REDIS_TIMEOUT = 5  # seconds
HEARTBEAT_TIMEOUT = 15_000  # milliseconds until the messages of a killed worker return
MAX_UNSENT = 1000
WARNING_INTERVAL = 60  # seconds between two warnings
Run = Callable[[UUID], Coroutine[None, None, None]]
log = get_logger()


def create_redis_broker(url: str) -> RedisBroker:
    """Return dramatiq's broker. Retries and time limits are those of app.tasks.runner.

    The maintenance chance makes it look for killed workers each time; by default it
    does so once in a thousand times.
    """
    client = redis.Redis.from_url(
        url, socket_timeout=REDIS_TIMEOUT, socket_connect_timeout=REDIS_TIMEOUT
    )
    return RedisBroker(  # type: ignore[no-untyped-call]  # dramatiq is not typed here
        client=client,
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
        maintenance_chance=1_000_000,
        middleware=[],
    )


class TaskBroker(Protocol):
    async def send(self, task_id: UUID) -> None:
        """Let a worker run the task. It may get lost: then its row is sent again."""

    async def close(self) -> None: ...


class RedisTaskBroker:
    """Sends tasks in the background, so that no request waits for Redis."""

    def __init__(self, url: str) -> None:
        self._broker = create_redis_broker(url)
        self._next_warning = 0.0
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
            message = Message[None](
                queue_name=QUEUE,
                actor_name=ACTOR,
                args=(str(task_id),),
                kwargs={},
                options={},
            )
            try:
                await asyncio.to_thread(self._broker.enqueue, message)
            except redis.RedisError as error:
                self._warn(error)
            finally:
                self._unsent.task_done()

    def _warn(self, error: redis.RedisError) -> None:
        if monotonic() >= self._next_warning:
            self._next_warning = monotonic() + WARNING_INTERVAL
            log.warning("tasks_not_sent", error=str(error))


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
        running.add_done_callback(self._running.discard)

    async def join(self) -> None:
        """Wait until all tasks are done, also those that they enqueue."""
        while self._running:
            await asyncio.gather(*self._running)

    async def close(self) -> None:
        await self.join()
