"""The path prefix under which a proxy publishes the service."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class RootPath:
    """Put the prefix into SCRIPT_NAME, whether or not the proxy removed it."""

    def __init__(self, app: WSGIApplication, root_path: str) -> None:
        self.app = app
        self.root_path = root_path

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == self.root_path or path.startswith(f"{self.root_path}/"):
            environ["PATH_INFO"] = path.removeprefix(self.root_path) or "/"
        environ["SCRIPT_NAME"] = self.root_path
        return self.app(environ, start_response)
