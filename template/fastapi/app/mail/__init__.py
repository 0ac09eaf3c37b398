"""Mail, sent when the answer to a request has gone out.

It goes to the terminal in development, into a list in tests, and by SMTP.
"""

import sys
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from functools import partial
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
from fastapi import BackgroundTasks, Depends, Request
from structlog import get_logger

from app.settings import Settings

log = get_logger()


Transport = Callable[[EmailMessage], Awaitable[object]]


async def nowhere(message: EmailMessage) -> None:
    """In production until MAIL_URL is set. What mails say is no matter for a log."""
    log.warning("mail_not_sent", subject=message["Subject"], reason="no MAIL_URL")


async def terminal(message: EmailMessage) -> None:
    """Show the text as it is read, so that its links work."""
    head = f"To: {message['To']}\nSubject: {message['Subject']}"
    sys.stdout.write(f"\n{head}\n\n{message.get_content()}\n")
    sys.stdout.flush()


class Memory:
    def __init__(self) -> None:
        self.sent: list[EmailMessage] = []

    async def __call__(self, message: EmailMessage) -> None:
        self.sent.append(message)


def smtp(url: str) -> partial[Any]:
    """A mail server: smtps:// with TLS from the start, smtp:// with STARTTLS.

    Without a user name smtp:// also does without TLS where the server has none.
    """
    parts = urlsplit(url)
    tls = parts.scheme == "smtps"
    return partial(
        aiosmtplib.send,
        hostname=parts.hostname,
        port=parts.port or (465 if tls else 587),
        username=unquote(parts.username or "") or None,
        password=unquote(parts.password or "") or None,
        use_tls=tls,
        start_tls=True if parts.username and not tls else None,
        timeout=20,
    )


def transport(settings: Settings) -> Transport:
    if settings.environment == "test":
        return Memory()
    if settings.mail_url:
        return smtp(settings.mail_url)
    return nowhere if settings.production else terminal


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
        message["Date"] = localtime()
        message["Message-ID"] = message_id or self.new_id()
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        await self.transport(message)

    def new_id(self) -> str:
        return make_msgid(domain=self.sender.partition("@")[2])


class Outbox:
    """Takes mails while a request is handled; they go when it has succeeded."""

    def __init__(self, mailer: Mailer, tasks: BackgroundTasks) -> None:
        self.mailer, self.tasks = mailer, tasks

    def add(self, *, to: str, subject: str, text: str) -> None:
        self.tasks.add_task(self.mailer.send, to=to, subject=subject, text=text)


async def outbox(request: Request, tasks: BackgroundTasks) -> Outbox:
    return Outbox(request.state.mailer, tasks)


PostBox = Annotated[Outbox, Depends(outbox)]
