"""What the application opens so that tasks can be enqueued."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from app.state import State
from app.tasks.brokers import (
    LocalTaskBroker,
    RedisTaskBroker,
    TaskBroker,
    open_brokers,
)
from app.tasks.runner import run_task
from app.tasks.scheduler import run_scheduler


@asynccontextmanager
async def open_tasks(state: State) -> AsyncIterator[None]:
    """Send tasks to workers or, without Redis, run them in this process."""
    settings, scheduler = state["settings"], None
    broker: TaskBroker
    if settings.redis_url:
        broker = RedisTaskBroker(settings.redis_url)
    else:
        broker = LocalTaskBroker(partial(run_task, state))
        if settings.environment == "development":
            scheduler = asyncio.create_task(run_scheduler(state["database"]))
    open_brokers.append(broker)
    yield
    open_brokers.remove(broker)
    if scheduler:
        scheduler.cancel()
    await broker.close()
