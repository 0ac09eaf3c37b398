"""Mail, sent when the answer to a request has gone out."""

from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, Request
from structlog import get_logger

from app.mail.transports import Transport, transport
from app.settings import Settings

log = get_logger()


def install(app: FastAPI) -> None:
    app.state.mailer = Mailer(app.state.settings)


class Mailer:
    def __init__(self, settings: Settings) -> None:
        self.transport: Transport = transport(settings)
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
