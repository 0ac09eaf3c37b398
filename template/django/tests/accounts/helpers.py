"""How users of the tests read their email."""

import re

from django.core import mail

NEW_PASSWORD = "biscuits at five"


def read_token(to: str) -> str:
    """Return the token in the last email, which is to this address."""
    message = mail.outbox[-1]
    assert message.to == [to]
    found = re.search(r"[0-9a-f]{32}\.[\w-]+", str(message.body))
    assert found is not None
    return found[0]
