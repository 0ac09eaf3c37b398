"""The worker: `python -m app.tasks`.

With `failed` it lists what was given up, with `failed --retry` that is tried again.
"""

import asyncio
import json
import signal
import sys

from fastapi import FastAPI
from taskiq.receiver import Receiver

from app.logging import configure_logging
from app.main import create_app
from app.settings import load_settings
from app.tasks.dispatch import Dispatcher
from app.tasks.queue import AT_ONCE, FAILED, NAME, Queue


async def work(app: FastAPI, end: asyncio.Event) -> None:
    """Do what is in the queue until the end has come, and what was begun is done."""
    dispatcher: Dispatcher = app.state.dispatcher
    queue = dispatcher.brokers[0]
    async with app.router.lifespan_context(app):
        receiver = Receiver(queue, max_async_tasks=AT_ONCE, run_startup=False)
        await receiver.listen(end)


async def run(app: FastAPI) -> None:
    end, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(end.set))
    await work(app, end)


async def failed(queue: Queue, *, retry: bool) -> list[str]:
    """List by time, name and id what was given up, and queue it again if asked to."""
    lines = []
    for entry, fields in await queue.redis.xrange(FAILED):
        task = json.loads(fields[b"data"])
        lines.append(f"{entry.decode()}  {task['task_name']}  {task['task_id']}")
        if retry:
            await queue.redis.xadd(NAME, fields)
            await queue.redis.xdel(FAILED, entry)
    await queue.shutdown()
    return lines


def main(arguments: list[str]) -> None:
    settings = load_settings()
    if not settings.redis_url:
        sys.exit("Without REDIS_URL there is no queue: the service does its own tasks.")
    if arguments:
        queue, retry = Queue(settings.redis_url), "--retry" in arguments
        lines = asyncio.run(failed(queue, retry=retry))
        sys.stdout.write("\n".join([*lines, f"{len(lines)} failed tasks\n"]))
    else:
        configure_logging(level=settings.log_level, json_lines=settings.production)
        asyncio.run(run(create_app(settings)))


if __name__ == "__main__":
    main(sys.argv[1:])
