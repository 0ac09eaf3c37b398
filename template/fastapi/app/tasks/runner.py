"""Running one task: claim its row, call its function, record how it ended."""

import asyncio
import traceback
from datetime import timedelta
from time import monotonic
from uuid import UUID

from sqlalchemy import Delete, Update, delete, select, update
from structlog import get_logger
from structlog.contextvars import bound_contextvars

from app.database import Database, now
from app.state import State
from app.tasks import registry
from app.tasks.models import FAILED, PENDING, RUNNING, Task

TIMEOUT = 30  # seconds for one attempt: what takes longer is several tasks
LEASE = timedelta(seconds=TIMEOUT + 15)  # then another worker may run it
MAX_ATTEMPTS = 12  # over an hour: the delays between them are 2 s, 4 s, 8 s and so on
MAX_ERROR_LENGTH = 4000
log = get_logger()


async def run_task(state: State, task_id: UUID) -> None:
    """Run a task, unless it is done or another worker has it."""
    database = state["database"]
    task = await _claim(database, task_id)
    if task is None:
        return
    with bound_contextvars(task=task.name, task_id=str(task_id)):
        started = monotonic()
        try:
            await _call(state, task)
        except Exception as error:
            log.warning("task_failed", error=type(error).__name__)
            await _record_failure(database, task)
        else:
            log.info("task_done", seconds=round(monotonic() - started, 3))
            await _record_success(database, task)


async def _claim(database: Database, task_id: UUID) -> Task | None:
    async with database.session() as session, session.begin():
        query = select(Task).where(Task.id == task_id, Task.status == PENDING)
        task: Task | None = await session.scalar(query.with_for_update())
        if task:
            task.status, task.due_at = RUNNING, now() + LEASE
            task.attempts += 1
    return task


async def _call(state: State, task: Task) -> None:
    if task.attempts > MAX_ATTEMPTS:
        raise RuntimeError("Each worker that ran this task was killed.")
    async with asyncio.timeout(TIMEOUT):
        await registry.call(state, task.name, task.arguments)


async def _record_success(database: Database, task: Task) -> None:
    query: Delete | Update = delete(Task)
    if interval := registry.schedule.get(task.name):
        values = {"status": PENDING, "attempts": 0, "due_at": now() + interval}
        query = update(Task).values(values | {"error": ""})
    async with database.session() as session:
        await session.execute(query.where(Task.id == task.id))
        await session.commit()


async def _record_failure(database: Database, task: Task) -> None:
    """Make the task due again after a delay, or mark it as failed."""
    error = traceback.format_exc()[-MAX_ERROR_LENGTH:]
    values: dict[str, object] = {"status": PENDING, "error": error}
    if task.attempts < MAX_ATTEMPTS:
        values["due_at"] = now() + timedelta(seconds=2**task.attempts)
    else:
        log.error("task_retries_exceeded")
        if interval := registry.schedule.get(task.name):
            values |= {"attempts": 0, "due_at": now() + interval}
        else:
            values["status"] = FAILED
    # Unless its lease ended before the task did, and another worker has it.
    is_ours = (Task.id == task.id) & (Task.attempts == task.attempts)
    async with database.session() as session:
        await session.execute(update(Task).where(is_ours).values(values))
        await session.commit()
