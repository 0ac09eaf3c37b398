"""Ends streams when the server is asked to stop."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType
from typing import Any


@contextmanager
def on_shutdown(callback: Callable[[], None]) -> Iterator[None]:
    """Call back on SIGINT and SIGTERM, in addition to the server's own handlers.

    uvicorn waits until all responses are complete before it shuts down the
    application's lifespan. Streams would never end without an earlier notice.
    """
    loop = asyncio.get_running_loop()
    originals: dict[int, Callable[[int, FrameType | None], Any]] = {}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(callback)
        originals[number](number, frame)

    if current_thread() is main_thread():  # no other thread can handle signals
        for caught in (signal.SIGINT, signal.SIGTERM):
            original = signal.getsignal(caught)
            if callable(original):
                originals[caught] = original
                signal.signal(caught, handle)
    try:
        yield
    finally:
        for number, original in originals.items():
            signal.signal(number, original)
