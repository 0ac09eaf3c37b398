"""Enqueuing tasks, and retrying failed ones."""

import uuid
from collections.abc import Collection
from datetime import timedelta
from functools import partial

from pydantic_core import to_json
from sqlalchemy import update

from app.database import now
from app.extensions import db
from app.tasks.brokers import get_task_broker
from app.tasks.models import FAILED, PENDING, Task
from app.tasks.registry import P, TaskFunction, functions, task_name
from app.unit_of_work import UnitOfWork

SEND_TIMEOUT = timedelta(seconds=10)  # until a task that no worker began is sent again


def enqueue(
    unit_of_work: UnitOfWork,
    function: TaskFunction[P],
    *args: P.args,
    **kwargs: P.kwargs,
) -> None:
    """Add a task to the transaction. It is sent to a worker after the commit."""
    name = task_name(function)
    if args or name not in functions:
        raise TypeError("Register the task, and pass its arguments by keyword.")
    task = Task(
        id=uuid.uuid4(),
        name=name,
        arguments=to_json(kwargs).decode(),
        due_at=now() + SEND_TIMEOUT,
    )
    db.session.add(task)
    db.session.flush()
    unit_of_work.after_commit(partial(get_task_broker().send, task.id))


def retry_failed_tasks(task_ids: Collection[uuid.UUID] | None = None) -> None:
    """Let these failed tasks, or all, start again from their first attempt."""
    values = {"status": PENDING, "attempts": 0, "due_at": now()}
    query = update(Task).where(Task.status == FAILED).values(values)
    if task_ids is not None:
        query = query.where(Task.id.in_(task_ids))
    db.session.execute(query)
