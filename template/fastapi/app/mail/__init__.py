"""Mail, sent when the answer to a request has gone out.

It goes to the terminal in development, into a list in tests, and by SMTP.
"""

import sys
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid
from typing import Annotated, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
from fastapi import BackgroundTasks, Depends, FastAPI, Request
from structlog import get_logger

from app.settings import Settings

SECONDS = 20
log = get_logger()


def install(app: FastAPI) -> None:
    app.state.mailer = Mailer(app.state.settings)


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


class Mailer:
    def __init__(self, settings: Settings) -> None:
        self.transport = transport(settings)
        host = settings.allowed_hosts[0].lstrip(".")
        self.sender = settings.mail_from or f"no-reply@{host}"

    async def send(self, *, to: str, subject: str, text: str) -> None:
        """Send a mail. A failure is told to the log: nobody waits for it any more."""
        try:
            await self.deliver(to=to, subject=subject, text=text)
        except Exception:
            log.exception("mail_failed")

    async def deliver(
        self, *, to: str, subject: str, text: str, message_id: str = ""
    ) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Date"] = format_datetime(localtime())
        message["Message-ID"] = message_id or self.new_id()
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        await self.transport.send(message)

    def new_id(self) -> str:
        return make_msgid(domain=self.sender.partition("@")[2])


class Outbox:
    """Takes mails while a request is handled; they go when it has succeeded."""

    def __init__(self, mailer: Mailer, tasks: BackgroundTasks) -> None:
        self.mailer, self.tasks = mailer, tasks

    def add(self, *, to: str, subject: str, text: str) -> None:
        self.tasks.add_task(self.mailer.send, to=to, subject=subject, text=text)


async def outbox(request: Request, tasks: BackgroundTasks) -> Outbox:
    return Outbox(request.app.state.mailer, tasks)


PostBox = Annotated[Outbox, Depends(outbox)]
