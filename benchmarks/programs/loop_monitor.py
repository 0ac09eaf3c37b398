"""Serve a FastAPI project as `python -m app` does, and report what blocks its loop.

It runs in the environment of the project, on Linux. The event loop is asyncio's own,
since callbacks of uvloop cannot be timed. Each line that starts with BLOCKED names a
callback that computed for too long, or that waited too long for a file, a lock or
another program. Waiting for a processor does not count. Neither does waiting for
Python's global lock, which other threads hold for 5 ms at a time.
"""

import functools
import operator
import resource
import runpy
import sys
import time
from asyncio import Handle
from importlib import import_module
from pathlib import Path
from typing import Any

MAX_SECONDS = 0.020
MAX_LOCK_SECONDS = 0.010  # that one wait for Python's lock can take, with some to spare
BLOCKED = "blocked"


def now() -> tuple[float, float, float, int]:
    """Return the time, and three figures of this thread.

    They are the seconds that it computed, the seconds that it waited for a processor,
    and how often it waited for something else.
    """
    ready = int(Path("/proc/thread-self/schedstat").read_text("utf-8").split()[1])
    waits = resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
    return time.perf_counter(), time.thread_time(), ready / 1e9, waits


def watch() -> None:
    """Time every callback from now on."""
    run: Any = Handle._run  # noqa: SLF001 - all callbacks pass through it

    @functools.wraps(run)
    def timed(handle: Handle) -> None:
        callback: Any = handle._callback  # type: ignore[attr-defined] # noqa: SLF001
        task = getattr(callback, "__self__", handle)
        before = now()
        run(handle)
        took, computed, ready, waits = map(operator.sub, now(), before)
        waited = took - computed - ready
        if computed > MAX_SECONDS or waited > max(
            MAX_SECONDS, waits * MAX_LOCK_SECONDS
        ):
            figures = f"{computed:.3f} s computing, {waited:.3f} s in {waits} waits"
            sys.stdout.write(f"{BLOCKED} {figures}: {task!r}\n")
            sys.stdout.flush()

    Handle._run = timed  # type: ignore[assignment] # noqa: SLF001


def serve() -> None:
    """Run the production server on a loop that is watched once it serves."""
    uvicorn: Any = import_module("uvicorn")  # the project has it
    start = uvicorn.Server.startup

    async def startup(server: object, sockets: object = None) -> None:
        await start(server, sockets)
        watch()

    uvicorn.Server.startup = startup
    uvicorn.run = functools.partial(uvicorn.run, loop="asyncio")
    runpy.run_module("app", run_name="__main__")


if __name__ == "__main__":
    serve()
