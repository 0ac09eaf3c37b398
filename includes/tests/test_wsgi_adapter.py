import asyncio
import json
from collections.abc import Iterable, Iterator
from threading import Barrier
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest

from app.wsgi_adapter import (
    BODY_ERROR,
    MAX_BUFFERED,
    THREADS,
    Message,
    Send,
    WSGIAdapter,
)

END: Message = {"type": "http.request", "body": b"", "more_body": False}
DISCONNECT: Message = {"type": "http.disconnect"}
SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "method": "POST",
    "scheme": "http",
    "raw_path": b"/",
    "query_string": b"a=b",
    "headers": (),
    "client": ("192.0.2.1", "5000"),
    "server": ("127.0.0.1", "8000"),
}


def part(body: bytes) -> Message:
    return {"type": "http.request", "body": body, "more_body": True}


def show_request(
    environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Answer with the request as it arrived."""
    shown: dict[str, object] = {
        name: value for name, value in environ.items() if isinstance(value, str)
    }
    shown["body"] = environ["wsgi.input"].read().decode()
    shown["error"] = int(environ.get(BODY_ERROR, 0))
    content = json.dumps(shown).encode()
    start_response("200 OK", [("Content-Length", str(len(content)))])
    return [content]


class Closing:
    """A long response that says when it is closed."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks
        self.headers = [("Content-Type", "text/plain")]
        self.is_closed = False

    def __call__(
        self, _environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        start_response("200 OK", self.headers)
        return self

    def __iter__(self) -> Iterator[bytes]:
        yield from self.chunks

    def close(self) -> None:
        self.is_closed = True


def send_request(
    app: Any,
    *messages: Message,
    headers: Iterable[tuple[bytes, bytes]] = (),
    path: bytes = b"/",
) -> tuple[list[Message], bytes]:
    """Return the messages of the response, and its body."""
    adapter = WSGIAdapter(
        app,
        max_body_bytes=10,
        body_timeout=0.05,
        body_limits={"/files": 20},
        may_send=lambda environ: "HTTP_COOKIE" in environ,
    )
    scope = SCOPE | {"headers": headers, "raw_path": path}
    sent: list[Message] = []

    async def run() -> None:
        incoming: asyncio.Queue[Message] = asyncio.Queue()
        for message in messages:
            incoming.put_nowait(message)

        async def send(message: Message) -> None:
            sent.append(message)

        await adapter(scope, incoming.get, send)

    asyncio.run(run())
    return sent, b"".join(message.get("body", b"") for message in sent)


def respond(app: WSGIApplication, send: Send) -> None:
    """Answer a request without a body."""
    adapter = WSGIAdapter(app, max_body_bytes=10, body_timeout=0.05)

    async def run() -> None:
        await adapter(dict(SCOPE), asyncio.Queue[Message]().get, send)

    asyncio.run(run())


def test_the_application_receives_the_request() -> None:
    headers = [
        (b"content-type", b"text/plain"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x-forwarded-for", b"192.0.2.7"),
        (b"x-forwarded-for", b"192.0.2.8"),
    ]
    sent, body = send_request(show_request, headers=headers, path=b"/caf%C3%A9")
    request = json.loads(body)
    assert sent[0]["status"] == 200
    assert request["PATH_INFO"].encode("latin-1").decode() == "/café"
    assert request["QUERY_STRING"] == "a=b"
    assert request["CONTENT_TYPE"] == "text/plain"
    assert request["HTTP_COOKIE"] == "a=1; b=2"
    assert request["HTTP_X_FORWARDED_FOR"] == "192.0.2.7,192.0.2.8"
    assert request["REMOTE_ADDR"] == "192.0.2.1"


def test_a_client_cannot_imitate_a_header_of_the_proxy_with_underscores() -> None:
    headers = [(b"x_forwarded_proto", b"https")]
    _, body = send_request(show_request, headers=headers)
    assert "HTTP_X_FORWARDED_PROTO" not in json.loads(body)


def test_a_body_arrives_complete_and_with_its_length() -> None:
    chunked = [(b"transfer-encoding", b"chunked")]
    known_length = [(b"content-length", b"10")]
    for headers in (chunked, known_length):
        messages = (part(b"12345"), part(b"67890"), END)
        _, body = send_request(show_request, *messages, headers=headers)
        request = json.loads(body)
        assert (request["body"], request["CONTENT_LENGTH"]) == ("1234567890", "10")
        assert request["error"] == 0


@pytest.mark.parametrize(
    ("length", "messages", "status"),
    [
        (b"11", [], 413),
        (None, [part(b"1" * 6), part(b"1" * 6)], 413),
        (b"5", [part(b"12")], 408),
        (b"5", [part(b"12"), DISCONNECT], 400),
        (b"5", [part(b"12"), END], 400),
        (None, [part(b"12"), DISCONNECT], 400),
    ],
)
def test_a_body_that_cannot_be_received_is_reported(
    length: bytes | None, messages: list[Message], status: int
) -> None:
    header = (b"content-length", length) if length else (b"transfer-encoding", b"x")
    _, body = send_request(show_request, *messages, headers=[header])
    request = json.loads(body)
    assert (request["error"], request["body"]) == (status, "")


def test_a_path_can_have_a_limit_of_its_own() -> None:
    messages = (part(b"1" * 15), END)
    headers = [(b"content-length", b"15"), (b"cookie", b"a=1")]
    _, body = send_request(show_request, *messages, headers=headers, path=b"/files")
    assert json.loads(body)["body"] == "1" * 15


def test_a_sender_who_is_refused_need_not_send_the_body() -> None:
    headers = [(b"content-length", b"15")]
    _, body = send_request(show_request, headers=headers, path=b"/files")
    request = json.loads(body)
    assert (request["body"], request["CONTENT_LENGTH"]) == ("", "0")
    assert request["error"] == 0


def test_a_long_response_is_sent_in_parts_and_closed() -> None:
    app = Closing(b"first, ", b"second")
    sent, body = send_request(app)
    assert body == b"first, second"
    assert len(sent) > 2
    assert sent[-1].get("more_body", False) is False
    assert app.is_closed


def test_a_complete_response_is_closed_before_it_is_sent() -> None:
    app = Closing(b"x" * (MAX_BUFFERED + 1))
    app.headers.append(("Content-Length", str(MAX_BUFFERED + 1)))
    closed: list[bool] = []

    async def send(_message: Message) -> None:
        closed.append(app.is_closed)

    respond(app, send)
    assert closed == [True, True]


def test_a_client_that_stops_receiving_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.wsgi_adapter.MAX_SEND_PAUSE", 0.05)
    app = Closing(b"first, ", b"second")

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    respond(app, send)
    assert app.is_closed


def test_an_exception_of_the_application_reaches_the_server() -> None:
    def fail(*_: object) -> Iterable[bytes]:
        raise RuntimeError("the reason")

    with pytest.raises(RuntimeError):
        send_request(fail)


def test_a_response_without_content_is_sent_whole() -> None:
    def answer(_: object, start_response: StartResponse) -> Iterable[bytes]:
        start_response("304 Not Modified", [])
        return []

    sent, _ = send_request(answer)
    assert [message["type"] for message in sent] == [
        "http.response.start",
        "http.response.body",
    ]


def test_requests_are_answered_while_others_occupy_all_threads() -> None:
    barrier = Barrier(THREADS + 2, timeout=5)
    statuses: list[int] = []

    def wait_for_others(_: object, start_response: StartResponse) -> Iterable[bytes]:
        barrier.wait()
        start_response("204 No Content", [])
        return []

    async def send(message: Message) -> None:
        if "status" in message:
            statuses.append(message["status"])

    async def send_requests() -> None:
        adapter = WSGIAdapter(wait_for_others, max_body_bytes=10, body_timeout=0.05)
        receive = asyncio.Queue[Message]().get
        requests = [adapter(SCOPE, receive, send) for _ in range(barrier.parties)]
        await asyncio.gather(*requests)

    asyncio.run(send_requests())
    assert statuses == [204] * barrier.parties
