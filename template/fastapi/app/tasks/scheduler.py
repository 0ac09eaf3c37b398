"""Sends tasks that are due: scheduled ones, retries, and those that were lost."""

import asyncio
from datetime import timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database, now
from app.repeated_warnings import RepeatedWarning
from app.state import State
from app.tasks.models import PENDING, RUNNING, Task
from app.tasks.registry import schedule, schedule_id
from app.unit_of_work import open_unit_of_work

INTERVAL = 2  # seconds
RESEND_INTERVAL = timedelta(minutes=1)
BATCH_SIZE = 100


async def run_scheduler(state: State) -> None:
    """Send what is due until cancelled. Each worker has a scheduler."""
    warning = RepeatedWarning("tasks_unavailable")
    while True:
        try:
            await add_scheduled_tasks(state["database"])
            await send_due_tasks(state)
        except SQLAlchemyError as error:
            warning.log(error=type(error).__name__)
        await asyncio.sleep(INTERVAL)


async def send_due_tasks(state: State) -> None:
    """Send scheduled tasks and retries that are due, and tasks that were lost."""
    is_due = Task.status.in_((PENDING, RUNNING)) & (Task.due_at <= now())
    query = select(Task.id).where(is_due).order_by(Task.due_at).limit(BATCH_SIZE)
    async with state["database"].session(writes=False) as session:
        task_ids = (await session.scalars(query)).all()
    for task_id in task_ids:
        async with open_unit_of_work(state) as unit_of_work:
            # Another worker may have sent it since it was read.
            sent = await unit_of_work.session.scalar(
                select(Task).where(is_due, Task.id == task_id).with_for_update()
            )
            if sent:
                sent.status, sent.due_at = PENDING, now() + RESEND_INTERVAL
                unit_of_work.after_commit(partial(state["task_broker"].send, task_id))


async def add_scheduled_tasks(database: Database) -> None:
    """Add the rows of scheduled tasks that have none yet."""
    ids = {schedule_id(name): name for name in schedule}
    async with database.session(writes=False) as session:
        known = set(await session.scalars(select(Task.id).where(Task.id.in_(ids))))
    if missing := ids.keys() - known:
        async with database.session() as session:
            for task_id in missing:
                session.add(Task(id=task_id, name=ids[task_id], due_at=now()))
            await session.commit()  # fails if another worker adds them now
