"""The worker: `python -m app.tasks`.

With `failed` it lists what was given up, with `failed --retry` that is tried again.
"""

import asyncio
import signal
import sys

from fastapi import FastAPI

from app.logging import configure_logging
from app.main import create_app
from app.settings import load_settings
from app.tasks.queue import Queue


async def run(app: FastAPI) -> None:
    end, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(end.set))
    async with app.router.lifespan_context(app):
        await app.state.dispatcher.queue.work(end)


def main(arguments: list[str]) -> None:
    settings = load_settings()
    if not settings.redis_url:
        sys.exit("Without REDIS_URL there is no queue: the service does its own tasks.")
    if arguments:
        queue = Queue(settings.redis_url)
        lines = asyncio.run(queue.failed(retry="--retry" in arguments))
        sys.stdout.write("\n".join([*lines, f"{len(lines)} failed tasks\n"]))
    else:
        configure_logging(level=settings.log_level, json_lines=settings.production)
        asyncio.run(run(create_app(settings)))


if __name__ == "__main__":
    main(sys.argv[1:])
