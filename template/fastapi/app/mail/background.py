"""Sending emails after the response, in this process.

They wait in memory, so a crash loses them.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from structlog import get_logger

CONCURRENCY = 4
QUEUE_SIZE = 1000
SHUTDOWN_TIMEOUT = 10.0  # seconds to send what is waiting when the service stops
log = get_logger()

Job = Callable[[], Awaitable[None]]


class BackgroundSender:
    def __init__(self) -> None:
        self._queue: asyncio.Queue[Job] = asyncio.Queue(QUEUE_SIZE)

    async def submit(self, job: Job) -> None:
        """Run a job that sends an email soon, unless too many are waiting."""
        try:
            self._queue.put_nowait(job)
        except asyncio.QueueFull:
            # A traceback would not help.
            log.error("email_dropped", reason="too many emails are waiting")  # noqa: TRY400 - see above

    async def join(self) -> None:
        """Wait until all jobs are done."""
        await self._queue.join()

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Send emails while the block runs, and at its end those that are waiting."""
        workers = [asyncio.create_task(self._work()) for _ in range(CONCURRENCY)]
        try:
            yield
            with suppress(TimeoutError):
                async with asyncio.timeout(SHUTDOWN_TIMEOUT):
                    await self.join()
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            job = await self._queue.get()
            try:
                await job()
            except Exception:
                log.exception("email_failed")
            finally:
                self._queue.task_done()


@asynccontextmanager
async def open_email_sender() -> AsyncIterator[BackgroundSender]:
    sender = BackgroundSender()
    async with sender.run():
        yield sender
