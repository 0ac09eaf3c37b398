"""List failed tasks: `python -m app.tasks.failed`. With `--retry` they run again."""

import asyncio
import sys

from sqlalchemy import select

from app.database import Database, open_database
from app.settings import load_settings
from app.tasks.models import FAILED, Task
from app.tasks.queue import retry_failed_tasks


async def list_failed_tasks(database: Database, *, retry: bool) -> list[str]:
    """Return a line for each task: time, id, name, and the last line of its error."""
    query = select(Task).where(Task.status == FAILED).order_by(Task.created_at)
    async with database.session() as session:
        tasks = (await session.scalars(query)).all()
        if retry:
            await retry_failed_tasks(session)
        await session.commit()
    return [
        f"{task.created_at:%Y-%m-%d %H:%M:%S}  {task.id}  {task.name}  "
        + task.error.strip().rpartition("\n")[2]
        for task in tasks
    ]


async def main(arguments: list[str]) -> None:
    async with open_database(load_settings()) as database:
        lines = await list_failed_tasks(database, retry="--retry" in arguments)
    sys.stdout.write("\n".join([*lines, f"{len(lines)} failed tasks\n"]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
