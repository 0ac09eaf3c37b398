"""Building emails from templates, as text and HTML."""

from email.message import EmailMessage
from email.utils import localtime, make_msgid
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.settings import BASE_DIR, PROJECT_NAME, Settings

templates = Environment(
    loader=FileSystemLoader(BASE_DIR / "app"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def create_message(
    settings: Settings, *, to: str, subject: str, template: str, **context: Any
) -> EmailMessage:
    """Return an email whose text and HTML come from `template`.txt and `template`.html.

    Templates are named by their path below app/.
    """
    context |= {"project_name": PROJECT_NAME, "subject": subject}
    sender = settings.mail_from or f"no-reply@{settings.allowed_hosts[0].lstrip('.')}"
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain=sender.partition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(templates.get_template(f"{template}.txt").render(context))
    html = templates.get_template(f"{template}.html").render(context)
    message.add_alternative(html, subtype="html")
    return message
