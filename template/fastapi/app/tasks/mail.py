"""Mail by task: it is tried again while the mail server is away."""

from fastapi import FastAPI

from app.mail import Mailer
from app.tasks.dispatch import App, Dispatcher, task


def install(app: FastAPI) -> None:
    app.state.mailer = QueuedMailer(app)


class QueuedMailer(Mailer):
    def __init__(self, app: FastAPI) -> None:
        super().__init__(app.state.settings)
        self.dispatcher: Dispatcher = app.state.dispatcher

    async def send(self, *, to: str, subject: str, text: str) -> None:
        mail = {"to": to, "subject": subject, "text": text}
        await self.dispatcher.send(deliver_mail, **mail, message_id=self.new_id())


@task
async def deliver_mail(
    app: App, to: str, subject: str, text: str, message_id: str
) -> None:
    """Hand it to the mail server. Should it go twice, its id says that it is one."""
    mailer: Mailer = app.state.mailer
    await mailer.deliver(to=to, subject=subject, text=text, message_id=message_id)
