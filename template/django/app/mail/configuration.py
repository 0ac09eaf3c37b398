"""What MAIL_URL means for Django: the entry of MAILERS."""

from typing import Any
from urllib.parse import unquote, urlsplit

SMTP_TIMEOUT = 20  # seconds


def parse_mail_url(url: str, *, production: bool) -> dict[str, Any]:
    """Return the mailer for smtp:// (STARTTLS) or smtps:// (TLS).

    Without a user name, smtp:// sends without encryption, as to a relay on the same
    machine. Without a URL nothing is sent.
    """
    if not url:
        backend = "DiscardingBackend" if production else "ConsoleBackend"
        return {"BACKEND": f"app.mail.backends.{backend}"}
    parts = urlsplit(url)
    use_ssl = parts.scheme == "smtps"
    options = {
        "host": parts.hostname,
        "port": parts.port or (465 if use_ssl else 587),
        "use_ssl": use_ssl,
        "use_tls": bool(parts.username) and not use_ssl,
        "timeout": SMTP_TIMEOUT,
    }
    if parts.username:
        options["username"] = unquote(parts.username)
        options["password"] = unquote(parts.password or "")
    backend = "django.core.mail.backends.smtp.EmailBackend"
    return {"BACKEND": backend, "OPTIONS": options}
