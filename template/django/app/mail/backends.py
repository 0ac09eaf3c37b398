"""Where emails go in development, and in production without a mail server."""

import sys
from collections.abc import Sequence

import structlog
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

log = structlog.get_logger(__name__)


class ConsoleBackend(BaseEmailBackend):
    """Print emails as text, so that their links can be opened in development.

    Django's backend prints them as they are sent, encoded and with their HTML.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            headers = f"To: {', '.join(message.to)}\nSubject: {message.subject}"
            sys.stdout.write(f"\n{headers}\n\n{message.body}\n")
        sys.stdout.flush()
        return len(email_messages)


class DiscardingBackend(BaseEmailBackend):
    """Send nothing, in production without MAIL_URL. Emails do not belong in a log."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            log.warning(
                "email_discarded", subject=message.subject, reason="no MAIL_URL"
            )
        return 0
