"""What the application opens so that tasks can be enqueued."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from app.settings import Settings
from app.state import State
from app.tasks.brokers import LocalTaskBroker, RedisTaskBroker, TaskBroker
from app.tasks.runner import run_task
from app.tasks.scheduler import run_scheduler


def create_task_broker(settings: Settings) -> TaskBroker:
    """Send tasks to workers or, without Redis, to this process."""
    if settings.redis_url:
        return RedisTaskBroker(settings.redis_url)
    return LocalTaskBroker()


@asynccontextmanager
async def run_tasks(state: State) -> AsyncIterator[None]:
    """Run the tasks of this process, and close the broker at the end."""
    broker, scheduler = state["task_broker"], None
    if isinstance(broker, LocalTaskBroker):
        broker.start(partial(run_task, state))
        if state["settings"].environment == "development":
            scheduler = asyncio.create_task(run_scheduler(state))
    yield
    if scheduler:
        scheduler.cancel()
    await broker.close()
