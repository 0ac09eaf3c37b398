"""Types of request bodies that Django cannot process."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.utils.http import parse_header_parameters

Refuse = Callable[[WSGIEnvironment, StartResponse, HTTPStatus], Iterable[bytes]]


class ContentTypeCheck:
    """Refuse a Content-Type that is malformed, or whose charset is not UTF-8.

    Django parses it outside of its error handling, and would decode forms with any
    codec that Python has, such as idna.
    """

    def __init__(self, app: WSGIApplication, *, refuse: Refuse) -> None:
        self.app = app
        self.refuse = refuse

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if is_supported(environ.get("CONTENT_TYPE", "")):
            return self.app(environ, start_response)
        readable = {**environ, "CONTENT_TYPE": ""}
        return self.refuse(readable, start_response, HTTPStatus.BAD_REQUEST)


def is_supported(content_type: str) -> bool:
    try:
        _, parameters = parse_header_parameters(content_type)
    except ValueError:
        return False
    return parameters.get("charset", "utf-8").lower() in {"utf-8", "utf8"}
