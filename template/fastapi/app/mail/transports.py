"""Where mail goes: to the terminal in development, into a list in tests, by SMTP."""

import sys
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
from structlog import get_logger

from app.settings import Settings

SECONDS = 20
log = get_logger()


class Transport(Protocol):
    async def send(self, message: EmailMessage) -> None: ...


class Nowhere:
    """In production until MAIL_URL is set. What mails say is no matter for a log."""

    async def send(self, message: EmailMessage) -> None:
        log.warning("mail_not_sent", subject=message["Subject"], reason="no MAIL_URL")


class Terminal:
    async def send(self, message: EmailMessage) -> None:
        # The text as it is read, so that its links work.
        head = f"To: {message['To']}\nSubject: {message['Subject']}"
        sys.stdout.write(f"\n{head}\n\n{message.get_content()}\n")
        sys.stdout.flush()


class Memory:
    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []

    async def send(self, message: EmailMessage) -> None:
        self.sent.append(message)


class SMTP:
    """A mail server: smtps:// with TLS from the start, smtp:// with STARTTLS.

    Without a user name smtp:// also does without TLS where the server has none.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        self.user, self.password = unquote(parts.username or ""), parts.password or ""
        self.tls = parts.scheme == "smtps"

    async def send(self, message: EmailMessage) -> None:
        await aiosmtplib.send(
            message,
            hostname=self.host,
            port=self.port or (465 if self.tls else 587),
            username=self.user or None,
            password=unquote(self.password) or None,
            use_tls=self.tls,
            start_tls=True if self.user and not self.tls else None,
            timeout=SECONDS,
        )


def transport(settings: Settings) -> Transport:
    if settings.environment == "test":
        return Memory()
    if settings.mail_url:
        return SMTP(settings.mail_url)
    return Nowhere() if settings.production else Terminal()
