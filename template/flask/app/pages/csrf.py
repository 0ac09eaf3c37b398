"""Forms are accepted from the pages of this service only."""

from flask import request
from flask_wtf.csrf import CSRFError

from app.errors import Forbidden
from app.extensions import csrf


def check_csrf() -> None:
    """Require a token in every form. Only pages have a session to protect."""
    if request.routing_exception or request.path.startswith("/api/"):
        return
    try:
        csrf.protect()
    except CSRFError as error:
        raise Forbidden(error.description) from None
