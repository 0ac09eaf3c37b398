"""Where emails go: to a mail server, or in development to the terminal."""

import sys
from smtplib import SMTP, SMTP_SSL
from ssl import create_default_context
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app
from flask_mail import Connection, Mail, Message, email_dispatched
from structlog import get_logger

from app.settings import Settings

SMTP_TIMEOUT = 20  # seconds
log = get_logger()


class SMTPConnection(Connection):
    """Flask-Mail's connection, with a timeout and verified certificates."""

    def configure_host(self) -> SMTP | SMTP_SSL:
        server, port = self.mail.server, self.mail.port or 0
        context = create_default_context()
        host: SMTP
        if self.mail.use_ssl:
            host = SMTP_SSL(server, port, timeout=SMTP_TIMEOUT, context=context)
        else:
            host = SMTP(server, port, timeout=SMTP_TIMEOUT)
            host.ehlo()
            # Without a user name, STARTTLS is used only if the server offers it.
            if self.mail.username or host.has_extn("starttls"):
                host.starttls(context=context)
        if self.mail.username:
            host.login(self.mail.username, self.mail.password or "")
        return host


class SMTPMail(Mail):
    """Sends emails to the server at smtp:// (STARTTLS) or smtps:// (TLS)."""

    def connect(self) -> Connection:
        return SMTPConnection(current_app.extensions["mail"])


def mail_config(settings: Settings) -> dict[str, object]:
    """Return the configuration of Flask-Mail."""
    parts = urlsplit(settings.mail_url)
    use_ssl = parts.scheme == "smtps"
    host = settings.allowed_hosts[0].lstrip(".")
    return {
        "MAIL_SERVER": parts.hostname,
        "MAIL_PORT": parts.port or (465 if use_ssl else 587),
        "MAIL_USERNAME": unquote(parts.username or ""),
        "MAIL_PASSWORD": unquote(parts.password or ""),
        "MAIL_USE_SSL": use_ssl,
        "MAIL_DEBUG": False,  # else debug mode prints the password
        "MAIL_DEFAULT_SENDER": settings.mail_from or f"no-reply@{host}",
        "MAIL_SUPPRESS_SEND": settings.environment == "test" or not settings.mail_url,
    }


def report_unsent_emails(app: Flask, settings: Settings) -> None:
    """Without MAIL_URL, print emails in development, and log in production."""
    if settings.mail_url or settings.environment == "test":
        return
    report = log_discarded if settings.production else print_email
    email_dispatched.connect(report, app)


def print_email(_app: Flask, message: Message) -> None:
    """Print an email as text, so that its link can be opened."""
    recipients = ", ".join(map(str, message.recipients))
    headers = f"To: {recipients}\nSubject: {message.subject}"
    sys.stdout.write(f"\n{headers}\n\n{message.body}\n")
    sys.stdout.flush()


def log_discarded(_app: Flask, message: Message) -> None:
    log.warning("email_discarded", subject=message.subject, reason="no MAIL_URL")
