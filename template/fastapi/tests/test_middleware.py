import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from httpx2 import ASGITransport, AsyncClient
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from app.errors import problem_response
from app.middleware.error_responses import ErrorResponses
from app.middleware.head_requests import HeadRequests
from app.middleware.root_path import RootPath
from app.middleware.trusted_proxies import TrustedProxies


@pytest.fixture
def echo() -> FastAPI:
    app = FastAPI()

    @app.get("/echo")
    async def answer(request: Request) -> dict[str, str]:
        client = request.client.host if request.client else ""
        url = request.url_for("answer").path
        return {"client": client, "scheme": request.url.scheme, "url": url}

    return app


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("::ffff:10.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("10.0.0.1", "203.0.113.1, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("192.0.2.1", "192.0.2.7", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.7", "192.0.2.1"),
        ("testclient", "192.0.2.7", "testclient"),
    ],
)
async def test_the_client_is_the_last_address_that_is_no_proxy(
    echo: FastAPI, peer: str, forwarded: str, client: str
) -> None:
    app = TrustedProxies(echo, networks=[ip_network("10.0.0.0/8")])
    transport = ASGITransport(app, client=(peer, 1))
    headers = {"X-Forwarded-For": forwarded, "X_Forwarded_Proto": "https"}
    async with AsyncClient(transport=transport, base_url="http://test") as http:
        response = await http.get("/echo", headers=headers)
    assert response.json()["client"] == client
    assert response.json()["scheme"] == "http"


@pytest.mark.parametrize("path", ["/echo", "/shop/echo"])
async def test_a_prefix_is_optional_in_paths_and_part_of_urls(
    echo: FastAPI, path: str
) -> None:
    transport = ASGITransport(RootPath(echo, root_path="/shop"))
    async with AsyncClient(transport=transport, base_url="http://test") as http:
        response = await http.get(path)
    assert response.json()["url"] == "/shop/echo"


async def test_head_of_a_stream_ends() -> None:
    app = FastAPI()

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            yield "line"
            await asyncio.Event().wait()

        return StreamingResponse(lines())

    transport = ASGITransport(HeadRequests(app))
    async with AsyncClient(transport=transport, base_url="http://test") as http:
        assert (await http.head("/stream")).status_code == 200


async def test_a_client_that_disconnects_is_not_a_failure() -> None:
    async def read_body(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ClientDisconnect

    app = ErrorResponses(read_body, respond=problem_response)
    with capture_logs() as lines:
        await app({"type": "http"}, no_message, ignore)
    assert [(line["event"], line["log_level"]) for line in lines] == [
        ("client_disconnected", "info")
    ]


async def test_a_response_that_fails_halfway_is_cut_off() -> None:
    async def fail(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError

    app = ErrorResponses(fail, respond=problem_response)
    with pytest.raises(RuntimeError):
        await app({"type": "http"}, no_message, ignore)


async def no_message() -> Message:
    return {"type": "http.disconnect"}


async def ignore(_message: Message) -> None:
    pass
