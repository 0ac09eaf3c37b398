from email.message import EmailMessage

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

MAIL = {"to": "ada@example.org", "subject": "Tea", "text": "It is ready ☕\n"}


async def test_mail_goes_by_task(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[EmailMessage] = app.state.mailer.transport.sent
    with capture_logs() as lines:
        await app.state.mailer.send(**MAIL)
        monkeypatch.delattr(app.state.mailer.transport, "sent")
        await app.state.mailer.send(**MAIL)  # fails, so that a worker tries again
    assert [mail.get_content() for mail in sent] == [MAIL["text"]]
    assert sent[0]["Message-ID"].endswith("@localhost>")
    assert [line["event"] for line in lines] == ["task_done", "task_failed"]
