"""Building emails from templates, as text and HTML."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def send_message(*, to: str, subject: str, template: str, **context: Any) -> None:
    """Send an email whose text and HTML come from `template`.txt and `template`.html.

    Templates are named by their path below app/.

    Call it after the commit, outside the request: the mail server may be slow.
    """
    context |= {"project_name": settings.PROJECT_NAME, "subject": subject}
    message = EmailMultiAlternatives(
        subject,
        render_to_string(f"{template}.txt", context),
        to=[to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    html = render_to_string(f"{template}.html", context)
    message.attach_alternative(html, "text/html")
    message.send()
