import asyncio
import signal

import pytest

from app.realtime.shutdown import on_shutdown


async def test_the_callback_and_the_servers_own_handler_are_called() -> None:
    called = asyncio.Event()
    signals: list[int] = []
    original = signal.signal(signal.SIGTERM, lambda number, _: signals.append(number))
    try:
        with on_shutdown(called.set):
            signal.raise_signal(signal.SIGTERM)
            await called.wait()
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, original)
    assert signals == [signal.SIGTERM] * 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_handlers_are_restored(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with on_shutdown(lambda: None):
        pass
    assert signal.getsignal(number) == before
