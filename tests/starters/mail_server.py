"""A mail server on loopback that stores the emails of services under test."""

import atexit
import email
import email.policy
import functools
import time
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.starters.databases import free_port

SECONDS = 15


class MailServer:
    """An SMTP server that stores emails by recipient."""

    def __init__(self, port: int | None = None) -> None:
        self.mails: dict[str, list[EmailMessage]] = {}
        port = port or free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=port)
        self.controller.start()
        self.url = f"smtp://127.0.0.1:{self.controller.port}"

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        mail = email.message_from_bytes(content, policy=email.policy.default)
        for address in envelope.rcpt_tos:
            self.mails.setdefault(address, []).append(mail)
        return "250 OK"

    def count(self, address: str) -> int:
        """Return how many emails an address has received."""
        return len(self.mails.get(address, []))

    def last(self, address: str, count: int = 1) -> EmailMessage:
        """Wait until an address has received `count` emails, and return the last."""
        end = time.monotonic() + SECONDS
        while self.count(address) < count:
            assert time.monotonic() < end, f"no email number {count} to {address}"
            time.sleep(0.01)
        return self.mails[address][count - 1]


@functools.cache
def mail_server() -> MailServer:
    """Start the server, once for each process of the test run."""
    found = MailServer()
    atexit.register(found.controller.stop)
    return found
