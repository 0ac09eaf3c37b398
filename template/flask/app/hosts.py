"""Allowed hosts, and the redirect to HTTPS."""

from flask import current_app, redirect, request
from werkzeug import Response
from werkzeug.sansio.utils import host_is_trusted

from app.errors import AppError


class UnknownHost(AppError):
    code, detail = "unknown_host", "This host name is not allowed."


def check_host() -> None:
    """Refuse unknown hosts. Load balancers check the health by address."""
    allowed = current_app.config["ALLOWED_HOSTS"]
    if request.blueprint != "health" and not host_is_trusted(
        request.host.lower(), allowed
    ):
        raise UnknownHost


def redirect_to_https() -> Response | None:
    if request.is_secure or request.blueprint == "health":
        return None
    return redirect(request.url.replace("http:", "https:", 1), code=308)
