"""Request bodies: complete and within bounds, or refused."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import BytesIO
from threading import Semaphore, Thread
from wsgiref.types import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

Refuse = Callable[[WSGIEnvironment, StartResponse, HTTPStatus], Iterable[bytes]]
MAX_READERS = 32


class BodyLimit:
    """Pass on the complete body of a request, or refuse the request.

    A Content-Length above the limit is refused with 413 before anything is read. A
    chunked body is refused with 411: if the client disconnects, the server reports the
    end of the body, and half of it would be taken for the whole.

    A thread reads the body, because a blocking read cannot be cancelled. If the body
    has not arrived in time, the request is refused with 408. The thread ends with the
    connection, and granian blocks if the request returns before that. The number of
    readers is limited, so that threads remain for other requests.
    """

    def __init__(
        self, app: WSGIApplication, *, limit: int, timeout: float, refuse: Refuse
    ) -> None:
        self.app = app
        self.limit = limit
        self.timeout = timeout
        self.refuse = refuse
        self.readers = Semaphore(MAX_READERS)

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if "HTTP_TRANSFER_ENCODING" in environ:
            return self.refuse(environ, start_response, HTTPStatus.LENGTH_REQUIRED)
        length, body = int(environ.get("CONTENT_LENGTH") or 0), bytearray()
        if length > self.limit:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            return self.refuse(environ, start_response, status)
        if length:
            if not self.readers.acquire(blocking=False):
                status = HTTPStatus.SERVICE_UNAVAILABLE
                return self.refuse(environ, start_response, status)
            arguments = (environ["wsgi.input"], length, body)
            reader = Thread(target=self._read, args=arguments, daemon=True)
            reader.start()
            reader.join(self.timeout)
            if reader.is_alive():
                status = HTTPStatus.REQUEST_TIMEOUT
                response = self.refuse(environ, start_response, status)
                return _wait_for(reader, response)
            if len(body) < length:  # the client has disconnected
                return self.refuse(environ, start_response, HTTPStatus.BAD_REQUEST)
        environ["wsgi.input"] = BytesIO(body)
        return self.app(environ, start_response)

    def _read(self, stream: InputStream, length: int, body: bytearray) -> None:
        try:
            while chunk := stream.read(length - len(body)):
                body += chunk
        finally:
            self.readers.release()


def _wait_for(reader: Thread, response: Iterable[bytes]) -> Iterable[bytes]:
    yield from response
    reader.join()
