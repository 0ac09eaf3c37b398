"""How tests sign in to the admin."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import PASSWORD
from tests.forms import submit


def sign_in_to_admin(
    client: FlaskClient, email: str, password: str = PASSWORD
) -> TestResponse:
    return submit(client, "/admin/sign-in", username=email, password=password)
