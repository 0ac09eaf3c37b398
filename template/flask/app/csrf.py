"""Protection against forms that other sites send (CSRF)."""

from flask import abort, request
from flask_wtf.csrf import CSRFError

from app.errors import Forbidden
from app.extensions import csrf


def check_csrf() -> None:
    """Require a token in every form, since browsers send the session with it."""
    if request.routing_exception or request.path.startswith("/api/"):
        return
    if None in request.form:  # a part of a multipart form without a name
        abort(400)
    try:
        csrf.protect()
    except CSRFError as error:
        raise Forbidden(error.description) from None
