"""Sends tasks that are due: scheduled ones, retries, and those that were lost."""

from datetime import timedelta
from functools import partial
from threading import Event, Lock, Thread

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.database import now
from app.extensions import db
from app.repeated_warnings import RepeatedWarning
from app.tasks.brokers import get_task_broker
from app.tasks.models import PENDING, RUNNING, Task
from app.tasks.registry import schedule, schedule_id
from app.unit_of_work import UnitOfWork

INTERVAL = 2  # seconds
RESEND_INTERVAL = timedelta(minutes=1)
BATCH_SIZE = 100


def run_scheduler(app: Flask, stop: Event) -> None:
    """Send what is due until the event is set. Each worker has a scheduler."""
    warning = RepeatedWarning("tasks_unavailable")
    while not stop.is_set():
        try:
            with app.app_context():
                add_scheduled_tasks()
                send_due_tasks()
        except SQLAlchemyError as error:
            warning.log(error=type(error).__name__)
        stop.wait(INTERVAL)


def run_scheduler_in_development(app: Flask) -> None:
    """Run a scheduler in this process, which begins with the first request.

    Commands create the application too, and need none.
    """
    scheduler = Thread(
        target=run_scheduler, args=(app, Event()), name="scheduler", daemon=True
    )
    lock = Lock()

    @app.before_request
    def start_scheduler() -> None:
        with lock:
            if scheduler.ident is None:
                scheduler.start()


def send_due_tasks() -> None:
    """Send scheduled tasks and retries that are due, and tasks that were lost."""
    is_due = Task.status.in_((PENDING, RUNNING)) & (Task.due_at <= now())
    query = select(Task.id).where(is_due).order_by(Task.due_at).limit(BATCH_SIZE)
    task_ids = db.session.scalars(query).all()
    db.session.commit()
    for task_id in task_ids:
        unit_of_work = UnitOfWork()
        # Another worker may have sent it since it was read.
        sent = db.session.scalar(
            select(Task).where(is_due, Task.id == task_id).with_for_update()
        )
        if sent:
            sent.status, sent.due_at = PENDING, now() + RESEND_INTERVAL
            unit_of_work.after_commit(partial(get_task_broker().send, task_id))
        unit_of_work.commit()


def add_scheduled_tasks() -> None:
    """Add the rows of scheduled tasks that have none yet."""
    ids = {schedule_id(name): name for name in schedule}
    known = set(db.session.scalars(select(Task.id).where(Task.id.in_(ids))))
    for task_id in ids.keys() - known:
        db.session.add(Task(id=task_id, name=ids[task_id], due_at=now()))
    db.session.commit()  # fails if another worker adds them now
