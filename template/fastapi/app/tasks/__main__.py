"""The worker: `python -m app.tasks`."""

import asyncio
import signal
import sys
from typing import cast
from uuid import UUID

from dramatiq import Worker, actor

from app.logging import configure_logging
from app.main import create_app
from app.settings import Settings, load_settings
from app.state import State
from app.tasks.redis_broker import ACTOR, QUEUE, create_redis_broker
from app.tasks.runner import run_task
from app.tasks.scheduler import run_scheduler

SHUTDOWN_TIMEOUT = 31_000  # milliseconds: a little longer than one attempt of a task


async def work(settings: Settings) -> None:
    """Run tasks until SIGTERM or SIGINT, and finish those that were begun."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    app = create_app(settings)
    async with app.router.lifespan_context(app) as opened:
        state = cast("State", opened)
        broker = create_redis_broker(settings.redis_url)

        # The state belongs to this event loop, so tasks run here rather than in the
        # loop that dramatiq would start. Its threads wait for them.
        @actor(broker=broker, actor_name=ACTOR, queue_name=QUEUE)
        def run(task_id: str) -> None:
            running = run_task(state, UUID(task_id))
            asyncio.run_coroutine_threadsafe(running, loop).result()

        worker = Worker(broker, worker_threads=settings.worker_concurrency)
        worker.start()
        scheduler = asyncio.create_task(run_scheduler(state))
        await stop.wait()
        scheduler.cancel()
        await asyncio.to_thread(worker.stop, SHUTDOWN_TIMEOUT)


if __name__ == "__main__":
    settings = load_settings()
    if not settings.redis_url:
        sys.exit("Without REDIS_URL there is no worker: the service runs its tasks.")
    configure_logging(level=settings.log_level, json_lines=settings.production)
    asyncio.run(work(settings))
