"""The path prefix under which a proxy publishes the service."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class RootPath:
    """Move the prefix from the path to SCRIPT_NAME, which links begin with.

    It does not matter whether the proxy has removed the prefix from the path.
    """

    def __init__(self, app: WSGIApplication, root_path: str) -> None:
        self.app = app
        self.root_path = root_path

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        environ["SCRIPT_NAME"] = self.root_path
        if path == self.root_path or path.startswith(f"{self.root_path}/"):
            environ["PATH_INFO"] = path.removeprefix(self.root_path)
        return self.app(environ, start_response)
