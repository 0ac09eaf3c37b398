"""Building emails from templates, as text and HTML."""

from email.utils import make_msgid
from typing import Any

from flask_mail import Message
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.settings import BASE_DIR, PROJECT_NAME

# Separate from the HTML templates, which use the request and the current user.
templates = Environment(
    loader=FileSystemLoader(BASE_DIR / "app"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def create_message(*, to: str, subject: str, template: str, **context: Any) -> Message:
    """Return an email whose text and HTML come from `template`.txt and `template`.html.

    Templates are named by their path below app/.
    """
    context |= {"project_name": PROJECT_NAME, "subject": subject}
    message = Message(
        subject,
        recipients=[to],
        body=templates.get_template(f"{template}.txt").render(context),
        html=templates.get_template(f"{template}.html").render(context),
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    # By default the name of this machine is in it.
    message.msgId = make_msgid(domain=str(message.sender).rpartition("@")[2])
    return message
