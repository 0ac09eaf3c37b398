"""Hands tasks to the queue, or does them in this process where there is none."""

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
from taskiq import InMemoryBroker, SendTaskError, TaskiqDepends, async_shared_broker
from taskiq.decor import AsyncTaskiqDecoratedTask

from app.settings import Settings
from app.tasks.queue import Queue, Rules

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
    # So that any session on this engine finds it, whoever made it.
    app.state.database.engine.update_execution_options(dispatcher=dispatcher)
    yield
    await dispatcher.here.wait_all()
    await dispatcher.queue.shutdown()


class Dispatcher:
    def __init__(self, app: FastAPI) -> None:
        settings: Settings = app.state.settings
        self.here = InMemoryBroker(await_inplace=settings.environment == "test")
        self.queue = Queue(settings.redis_url) if settings.redis_url else self.here
        for broker in {self.queue, self.here}:
            broker.add_middlewares(Rules())
            broker.add_dependency_context({FastAPI: app})

    async def send(self, task: Task, **arguments: Any) -> None:
        """Send it now. Without Redis this process does it, and tries it only once."""
        try:
            await task.kicker().with_broker(self.queue).kiq(**arguments)
        except SendTaskError as error:
            log.warning("task_without_queue", task=task.task_name, exc_info=error)
            await task.kicker().with_broker(self.here).kiq(**arguments)


def enqueue(session: AsyncSession | Session, task: Task, **arguments: Any) -> None:
    """Send a task when the session is committed; the same one once."""
    dispatcher = session.get_bind().get_execution_options()["dispatcher"]
    sending = (dispatcher.send, task, arguments)
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
