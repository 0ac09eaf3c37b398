from threading import Event

import pytest
from django.db import transaction
from structlog.testing import capture_logs

from app.mail import background
from app.mail.background import BackgroundSender, send_after_commit


def test_jobs_run_in_the_background_and_one_that_fails_is_logged() -> None:
    done = []

    def fail() -> None:
        raise OSError

    sender = BackgroundSender()
    with capture_logs() as logs:
        sender.submit(fail)
        sender.submit(lambda: done.append("sent"))
        sender.join()
    assert done == ["sent"]
    assert [entry["event"] for entry in logs] == ["email_failed"]


def test_too_many_jobs_are_dropped_and_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "QUEUE_SIZE", 1)
    sender, released = BackgroundSender(), Event()

    def wait() -> None:
        released.wait()

    with capture_logs() as logs:
        sender.submit(wait)
        sender.submit(lambda: None)
    released.set()
    sender.join()
    assert [entry["event"] for entry in logs] == ["email_dropped"]


@pytest.mark.django_db(transaction=True)
def test_jobs_wait_for_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    sender, done = BackgroundSender(), list[str]()
    monkeypatch.setattr(background, "sender", sender)
    with transaction.atomic():
        send_after_commit(lambda: done.append("sent"))
        assert not done
    sender.join()
    assert done == ["sent"]
