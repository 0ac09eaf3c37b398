from email.message import EmailMessage
from typing import Any

import aiosmtplib
import pytest
from structlog.testing import capture_logs

from app.mail.mailers import SMTPMailer, create_mailer
from app.settings import Settings

TEXT = "It is ready ☕\n"


def message() -> EmailMessage:
    message = EmailMessage()
    message["To"], message["Subject"] = "ada@example.org", "Tea"
    message.set_content(TEXT)
    return message


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail", {"port": 587, "use_tls": False, "start_tls": None}),
        ("smtp://a%40b:c%2Fd@mail:25", {"username": "a@b", "password": "c/d"}),
        ("smtp://a:b@mail", {"port": 587, "use_tls": False, "start_tls": True}),
        ("smtps://a:b@mail", {"port": 465, "use_tls": True, "start_tls": None}),
    ],
)
async def test_the_url_says_how_to_reach_the_server(
    monkeypatch: pytest.MonkeyPatch, url: str, expected: dict[str, Any]
) -> None:
    options: dict[str, Any] = {}

    async def send(_message: EmailMessage, **arguments: object) -> None:
        options.update(arguments)

    monkeypatch.setattr(aiosmtplib, "send", send)
    await SMTPMailer.from_url(url).send(message())
    assert {"hostname": "mail", **expected}.items() <= options.items()


def test_a_url_in_the_settings_is_used(settings: Settings) -> None:
    update = {"environment": "production", "mail_url": "smtp://mail"}
    mailer = create_mailer(settings.model_copy(update=update))
    assert isinstance(mailer, SMTPMailer)


@pytest.mark.parametrize(
    ("environment", "is_printed"), [("development", True), ("production", False)]
)
async def test_without_a_server_only_developers_see_emails(
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
    environment: str,
    *,
    is_printed: bool,
) -> None:
    mailer = create_mailer(settings.model_copy(update={"environment": environment}))
    with capture_logs() as logs:
        await mailer.send(message())
    assert (TEXT in capsys.readouterr().out) is is_printed
    assert [entry["event"] for entry in logs] == (
        [] if is_printed else ["email_discarded"]
    )
