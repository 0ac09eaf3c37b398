"""Security headers of every response."""

from collections.abc import Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class SecurityHeaders:
    """Add these headers to every response that does not set them."""

    def __init__(
        self, app: WSGIApplication, headers: Mapping[str, str], *, hsts_seconds: int = 0
    ) -> None:
        self.app = app
        self.headers = [(name.lower(), (name, headers[name])) for name in headers]
        self.hsts = ("Strict-Transport-Security", f"max-age={hsts_seconds}")
        self.hsts_seconds = hsts_seconds

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        is_secure = environ["wsgi.url_scheme"] == "https"

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            present = {name.lower() for name, _ in headers}
            added = [header for name, header in self.headers if name not in present]
            hsts_name = self.hsts[0].lower()
            if self.hsts_seconds and is_secure and hsts_name not in present:
                added.append(self.hsts)
            return start_response(status, headers + added, *exc_info)

        return self.app(environ, start)
