"""Where emails go: the terminal, a list in tests, or a mail server."""

import sys
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
from structlog import get_logger

from app.settings import Settings

SMTP_TIMEOUT = 20  # seconds
log = get_logger()


class Mailer(Protocol):
    async def send(self, message: EmailMessage) -> None: ...


class ConsoleMailer:
    """Prints emails as text, so that their links can be opened in development."""

    async def send(self, message: EmailMessage) -> None:
        body = message.get_body(("plain",))
        text = body.get_content() if body else ""
        headers = f"To: {message['To']}\nSubject: {message['Subject']}"
        sys.stdout.write(f"\n{headers}\n\n{text}\n")
        sys.stdout.flush()


@dataclass
class MemoryMailer:
    """Keeps emails for tests."""

    outbox: list[EmailMessage] = field(default_factory=list)

    async def send(self, message: EmailMessage) -> None:
        self.outbox.append(message)


class DiscardingMailer:
    """Sends nothing, in production without MAIL_URL. Emails do not belong in a log."""

    async def send(self, message: EmailMessage) -> None:
        log.warning("email_discarded", subject=message["Subject"], reason="no MAIL_URL")


@dataclass(frozen=True)
class SMTPMailer:
    """Sends emails to the server at smtp:// (STARTTLS) or smtps:// (TLS).

    Without a user name, STARTTLS is used only if the server offers it.
    """

    hostname: str
    port: int
    username: str | None
    password: str | None = field(repr=False)
    use_tls: bool

    @classmethod
    def from_url(cls, url: str) -> "SMTPMailer":
        parts = urlsplit(url)
        use_tls = parts.scheme == "smtps"
        return cls(
            hostname=parts.hostname or "",
            port=parts.port or (465 if use_tls else 587),
            username=unquote(parts.username or "") or None,
            password=unquote(parts.password or "") or None,
            use_tls=use_tls,
        )

    async def send(self, message: EmailMessage) -> None:
        await aiosmtplib.send(
            message,
            hostname=self.hostname,
            port=self.port,
            username=self.username,
            password=self.password,
            use_tls=self.use_tls,
            start_tls=True if self.username and not self.use_tls else None,
            timeout=SMTP_TIMEOUT,
        )


def create_mailer(settings: Settings) -> Mailer:
    if settings.environment == "test":
        return MemoryMailer()
    if settings.mail_url:
        return SMTPMailer.from_url(settings.mail_url)
    return DiscardingMailer() if settings.production else ConsoleMailer()
