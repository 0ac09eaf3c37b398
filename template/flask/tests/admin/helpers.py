"""How tests sign in to the admin, and use its lists."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import PASSWORD
from tests.forms import submit


def sign_in_to_admin(
    client: FlaskClient, email: str, password: str = PASSWORD
) -> TestResponse:
    return submit(client, "/admin/sign-in", username=email, password=password)


def find_filter(page: str, label: str) -> str:
    """Return the name of a filter's field."""
    pattern = rf'for="filter-\d+">{label}</label>.*?name="(.*?)"'
    found = re.search(pattern, page, re.DOTALL)
    assert found
    return found[1]
