from collections.abc import Iterator
from threading import Event

import pytest
from flask import Flask, current_app
from structlog.testing import capture_logs

from app.mail import background
from app.mail.background import BackgroundSender


@pytest.fixture
def sender(app: Flask) -> Iterator[BackgroundSender]:
    sender = BackgroundSender(app)
    yield sender
    sender.close()


def test_jobs_run_in_the_background_and_one_that_fails_is_logged(
    sender: BackgroundSender,
) -> None:
    names: list[str] = []
    committed = Event()

    def succeed() -> None:
        committed.wait(5)
        names.append(current_app.name)

    def fail() -> None:
        raise OSError

    with capture_logs() as logs:
        for job in (fail, succeed):
            sender.submit(job)
        assert not names
        committed.set()
        sender.join()
    assert names == ["app.main"]
    assert [entry["event"] for entry in logs] == ["email_failed"]


def test_too_many_jobs_are_dropped_and_logged(
    sender: BackgroundSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "QUEUE_SIZE", 1)
    released = Event()
    with capture_logs() as logs:
        for _ in range(2):
            sender.submit(lambda: released.wait(5))
    released.set()
    assert [entry["event"] for entry in logs] == ["email_dropped"]
