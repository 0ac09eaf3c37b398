"""The queue in Redis: a stream, in which a task stays until it is done or given up."""

import asyncio
from collections.abc import AsyncGenerator
from contextvars import ContextVar
from functools import partial
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog import get_logger
from structlog.contextvars import bind_contextvars
from taskiq import AckableMessage, TaskiqMessage, TaskiqMiddleware, TaskiqResult
from taskiq.receiver import Receiver
from taskiq_redis import RedisStreamBroker

NAME, GROUP, FAILED = "tasks", "workers", "tasks:failed"
AT_ONCE = 10  # tasks in one worker
TIMEOUT = 30  # seconds for one task: whatever takes longer is several
IDLE = 75  # seconds, more than two timeouts, until another worker takes a task over
TRIES = 8
FIRST_DELAY = 2  # seconds; it doubles with each try, up to IDLE
KEPT = 1000  # tasks that were given up
Fields = dict[bytes, bytes]
log = get_logger()
succeeded = ContextVar("succeeded", default=False)


class Rules(TaskiqMiddleware):
    """Bounds a task's time, names it in each line of the log, and says how it ended."""

    def pre_execute(self, message: TaskiqMessage) -> TaskiqMessage:
        message.labels.setdefault("timeout", TIMEOUT)
        bind_contextvars(task=message.task_name, task_id=message.task_id)
        return message

    def post_execute(self, _: TaskiqMessage, result: TaskiqResult[Any]) -> None:
        succeeded.set(not result.is_err)
        if result.is_err:
            log.warning("task_failed", error=type(result.error).__name__)
        else:
            log.info("task_done", seconds=result.execution_time)


class Queue(RedisStreamBroker):
    """Adds what taskiq-redis 1.2 leaves out.

    It looks for tasks of dead workers only when new ones come, takes a task that failed
    for done, and lets the stream grow for ever.
    """

    def __init__(self, url: str) -> None:
        super().__init__(
            url,
            queue_name=NAME,
            consumer_group_name=GROUP,
            consumer_id="0",  # what waits from before there was a worker, too
            socket_connect_timeout=1,
            socket_timeout=5,
        )
        self.redis: Any = Redis(connection_pool=self.connection_pool)

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        while True:
            try:
                await self._declare_consumer_group()  # Redis may have come back empty
                for entry, fields in await self._next():
                    tries = await self._tries(entry)
                    if tries > TRIES:  # it kills its workers
                        await self._give_up(entry, fields)
                    elif tries:  # else a slow worker has done it after all
                        settle = partial(self._settle, entry, fields, tries)
                        yield AckableMessage(data=fields[b"data"], ack=settle)
            except RedisError as error:
                log.warning("queue_unreachable", error=str(error))
                await asyncio.sleep(1)

    async def work(self, end: asyncio.Event) -> None:
        """Do what is in the queue until the end, and then finish what was begun."""
        await Receiver(self, max_async_tasks=AT_ONCE, run_startup=False).listen(end)

    async def failed(self, *, retry: bool) -> list[str]:
        """List what was given up by time, name and id; queue it again if asked to."""
        lines = []
        for entry, fields in await self.redis.xrange(FAILED):
            task = self.formatter.loads(fields[b"data"])
            lines.append(f"{entry.decode()}  {task.task_name}  {task.task_id}")
            if retry:
                await self.redis.xadd(NAME, fields)
                await self.redis.xdel(FAILED, entry)
        await self.shutdown()
        return lines

    async def _next(self) -> Any:
        """Take over what failed a while ago or lost its worker, or else what is new."""
        _, entries, _ = await self.redis.xautoclaim(
            NAME, GROUP, self.consumer_name, IDLE * 1000, count=AT_ONCE
        )
        if not entries:
            streams = await self.redis.xreadgroup(
                GROUP, self.consumer_name, {NAME: ">"}, count=AT_ONCE, block=self.block
            )
            entries = streams[0][1] if streams else []
        return entries

    async def _tries(self, entry: bytes) -> int:
        """Return how often it was handed out."""
        pending = await self.redis.xpending_range(NAME, GROUP, entry, entry, 1)
        return pending[0]["times_delivered"] if pending else 0

    async def _settle(self, entry: bytes, fields: Fields, tries: int) -> None:
        if succeeded.get():
            await self._remove(entry)
        elif tries >= TRIES:
            await self._give_up(entry, fields)
        else:  # as idle as it must be to be taken up again after the delay
            delay = min(FIRST_DELAY * 2 ** (tries - 1), IDLE)
            idle, me = (IDLE - delay) * 1000, self.consumer_name
            await self.redis.xclaim(NAME, GROUP, me, 0, [entry], idle=idle, justid=True)

    async def _give_up(self, entry: bytes, fields: Fields) -> None:
        log.error("task_given_up", entry=entry.decode())
        await self.redis.xadd(FAILED, fields, maxlen=KEPT)
        await self._remove(entry)

    async def _remove(self, entry: bytes) -> None:
        pipe = self.redis.pipeline()
        await pipe.xack(NAME, GROUP, entry).xdel(NAME, entry).execute()
