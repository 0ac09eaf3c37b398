import asyncio

import pytest
from structlog.testing import capture_logs

from app.mail import background
from app.mail.background import BackgroundSender


async def hang() -> None:
    await asyncio.Event().wait()


async def test_jobs_run_in_the_background_and_one_that_fails_is_logged() -> None:
    done = []

    async def succeed() -> None:
        done.append("sent")

    async def fail() -> None:
        raise OSError

    sender = BackgroundSender()
    with capture_logs() as logs:
        async with sender.run():
            for job in (fail, succeed):
                await sender.submit(job)
            assert not done
    assert done == ["sent"]
    assert [entry["event"] for entry in logs] == ["email_failed"]


async def test_too_many_jobs_are_dropped_and_logged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(background, "QUEUE_SIZE", 1)
    sender = BackgroundSender()
    with capture_logs() as logs:
        for _ in range(2):
            await sender.submit(hang)
    assert [entry["event"] for entry in logs] == ["email_dropped"]


async def test_jobs_that_hang_do_not_keep_the_service_from_stopping(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(background, "SHUTDOWN_TIMEOUT", 0.01)

    sender = BackgroundSender()
    async with asyncio.timeout(5), sender.run():
        await sender.submit(hang)
