"""Request bodies that are too large, late or incomplete."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app.wsgi_adapter import BODY_ERROR

Refuse = Callable[[WSGIEnvironment, StartResponse, HTTPStatus], Iterable[bytes]]


class BodyLimit:
    """Refuse requests whose body could not be received.

    `limit` is the limit of request bodies, and `limits` has those of paths that differ.
    In production app/wsgi_adapter.py receives the bodies and reports what is wrong. A
    development server reports nothing, so that only the announced length is checked.
    """

    def __init__(
        self,
        app: WSGIApplication,
        *,
        limit: int,
        refuse: Refuse,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        self.app = app
        self.limit = limit
        self.limits = limits or {}
        self.refuse = refuse

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        status = environ.get(BODY_ERROR)
        limit = self.limits.get(environ["PATH_INFO"], self.limit)
        if int(environ.get("CONTENT_LENGTH") or 0) > limit:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if status:
            return self.refuse(environ, start_response, status)
        return self.app(environ, start_response)
