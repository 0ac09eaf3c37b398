"""Hands tasks to the queue, or does them in this process where there is none."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only
from structlog import get_logger
from taskiq import (
    AsyncBroker,
    AsyncTaskiqDecoratedTask,
    InMemoryBroker,
    SendTaskError,
    TaskiqDepends,
    async_shared_broker,
)
from taskiq.receiver import Receiver

from app.settings import Settings
from app.tasks.queue import AT_ONCE, Queue, Rules

App = Annotated[FastAPI, TaskiqDepends()]  # for tasks: its state has what they need
Task = AsyncTaskiqDecoratedTask[..., Any]
log = get_logger()
task = async_shared_broker.task
logging.getLogger("taskiq").setLevel(logging.INFO)  # below that it quotes arguments


def install(app: FastAPI) -> None:
    app.state.dispatcher = Dispatcher(app)
    app.include_router(APIRouter(lifespan=dispatching))


@asynccontextmanager
async def dispatching(app: FastAPI) -> AsyncIterator[None]:
    dispatcher: Dispatcher = app.state.dispatcher
    app.state.database.session.configure(info={"dispatcher": dispatcher})
    yield
    await dispatcher.here.wait_all()
    for broker in dispatcher.brokers:
        await broker.shutdown()


class Dispatcher:
    def __init__(self, app: FastAPI) -> None:
        settings: Settings = app.state.settings
        self.here = InMemoryBroker(await_inplace=settings.environment == "test")
        self.here.add_middlewares(Rules())
        self.brokers: list[AsyncBroker] = [self.here]
        if settings.redis_url:
            self.brokers.insert(0, Queue(settings.redis_url))
        for broker in self.brokers:
            broker.add_dependency_context({FastAPI: app})

    async def send(self, task: Task, **arguments: Any) -> None:
        """Send it now. Without Redis this process does it, and tries it only once."""
        for broker in self.brokers:
            try:
                await task.kicker().with_broker(broker).kiq(**arguments)
            except SendTaskError as error:
                log.warning("task_without_queue", task=task.task_name, exc_info=error)
            else:
                return


def enqueue(session: AsyncSession | Session, task: Task, **arguments: Any) -> None:
    """Send a task when the session is committed; the same one once."""
    sending = (session.info["dispatcher"].send, task, arguments)
    if sending not in session.info.setdefault("tasks", []):
        session.info["tasks"].append(sending)


@event.listens_for(Session, "after_commit")
def _send(session: Session) -> None:
    if not session.in_nested_transaction():
        for send, task, arguments in session.info.pop("tasks", ()):
            await_only(send(task, **arguments))


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("tasks", None)


async def work(app: FastAPI, end: asyncio.Event) -> None:
    """Do what is in the queue until the end has come, and what was begun is done."""
    dispatcher: Dispatcher = app.state.dispatcher
    queue = dispatcher.brokers[0]
    async with app.router.lifespan_context(app):
        receiver = Receiver(queue, max_async_tasks=AT_ONCE, run_startup=False)
        await receiver.listen(end)
