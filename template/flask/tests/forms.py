"""How tests use forms."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def read_csrf_token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]


def submit(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Open the page of a form, and send the form."""
    token = read_csrf_token(client.get(path).text)
    return client.post(path, data=fields | {"csrf_token": token})
