"""List failed tasks: `python -m app.tasks.failed`. With `--retry` they run again."""

import sys

from sqlalchemy import select

from app.extensions import db
from app.main import create_app
from app.settings import load_settings
from app.tasks.models import FAILED, Task
from app.tasks.queue import retry_failed_tasks


def list_failed_tasks(*, retry: bool) -> list[str]:
    """Return a line for each task: time, id, name, and the last line of its error."""
    query = select(Task).where(Task.status == FAILED).order_by(Task.created_at)
    tasks = db.session.scalars(query).all()
    if retry:
        retry_failed_tasks()
    db.session.commit()
    return [
        f"{task.created_at:%Y-%m-%d %H:%M:%S}  {task.id}  {task.name}  "
        + task.error.strip().rpartition("\n")[2]
        for task in tasks
    ]


def main(arguments: list[str]) -> None:
    with create_app(load_settings()).app_context():
        lines = list_failed_tasks(retry="--retry" in arguments)
    sys.stdout.write("\n".join([*lines, f"{len(lines)} failed tasks\n"]))


if __name__ == "__main__":
    main(sys.argv[1:])
