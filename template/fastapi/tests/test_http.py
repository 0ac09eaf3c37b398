import asyncio
from collections.abc import AsyncIterator
from ipaddress import IPv4Network

import pytest
from fastapi import FastAPI, Request
from httpx2 import ASGITransport, AsyncClient
from starlette.types import Message
from structlog.testing import capture_logs

from app.main import create_app
from app.settings import Settings
from app.state import State
from tests.asgi import WithState

RULES = {"content-security-policy", "x-content-type-options", "x-request-id"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    limits = {"max_body_bytes": 2000, "body_timeout_seconds": 0.1}
    return settings.model_copy(update=limits)


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    app = create_app(settings)

    @app.post("/size")
    async def size(request: Request) -> int:
        return len(await request.body())

    @app.get("/fail")
    async def fail() -> None:
        raise RuntimeError("the reason")

    return app


async def body(*parts: bytes, pause: float = 0) -> AsyncIterator[bytes]:
    for part in parts:
        await asyncio.sleep(pause)
        yield part


async def test_every_response_has_the_headers(client: AsyncClient) -> None:
    requests = {
        200: client.post("/size", content=body(b"1" * 1000, b"1" * 1000)),
        400: client.get("/", headers={"Host": "localhost.example.com"}),
        404: client.get("/none"),
        405: client.put("/size"),
        408: client.post("/size", content=body(b"1", pause=0.3)),
        413: client.post("/size", content=b"1" * 2001),
        500: client.get("/fail"),
    }
    for status, request in requests.items():
        response = await request
        assert (response.status_code, RULES - set(response.headers)) == (status, set())
    response = await client.post("/size", content=body(b"1" * 1000, b"1" * 1001))
    assert response.status_code == 413


async def test_a_form_with_too_many_fields_is_refused(client: AsyncClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for count, status in ((1000, 200), (1001, 400)):
        response = await client.post("/size", content=b"&" * count, headers=form)
        assert response.status_code == status


async def test_options_are_answered_with_all_methods(client: AsyncClient) -> None:
    response = await client.options("/size")
    assert response.status_code == 204
    assert response.headers["Allow"] == "OPTIONS, POST"


async def test_the_server_starts_and_stops_the_application(app: FastAPI) -> None:
    received = iter(["lifespan.startup", "lifespan.shutdown"])
    sent: list[str] = []

    async def receive() -> Message:
        return {"type": next(received)}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    await app({"type": "lifespan", "state": {}}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_the_reason_of_a_failure_is_logged_and_not_sent(
    client: AsyncClient,
) -> None:
    with capture_logs() as lines:
        response = await client.get("/fail?a=b", headers={"X-Request-ID": "a-1"})
    assert "reason" not in response.text
    assert response.headers["X-Request-ID"] == "a-1"
    assert str(lines[0]["exc_info"]) == "the reason"
    assert (lines[1]["path"], lines[1]["status"]) == ("/fail", 500)


async def test_only_a_trusted_proxy_can_say_https(settings: Settings) -> None:
    update = {
        "force_https": True,
        "hsts_seconds": 3600,
        "trusted_proxies": (IPv4Network("10.0.0.0/8"),),
    }
    app = create_app(settings.model_copy(update=update))
    headers = {"X-Forwarded-Proto": "https", "X-Request-ID": "not one"}
    for proxy, status in (("10.0.0.1", 404), ("192.0.2.1", 308)):
        transport = ASGITransport(app, client=(proxy, 1))
        async with AsyncClient(transport=transport) as client:
            response = await client.get("http://localhost/a%20b?c=d", headers=headers)
        assert response.status_code == status
    assert response.headers["Location"] == "https://localhost/a%20b?c=d"
    assert response.headers["Strict-Transport-Security"] == "max-age=3600"
    assert response.headers["X-Request-ID"] != "not one"


@pytest.mark.parametrize(("environment", "shown"), [("development", 1), ("test", 0)])
async def test_tracebacks_are_shown_in_development_only(
    settings: Settings, state: State, environment: str, shown: int
) -> None:
    app = create_app(settings.model_copy(update={"environment": environment}))

    @app.get("/fail")
    async def fail() -> None:
        raise RuntimeError("the reason")

    transport = ASGITransport(WithState(app, state), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://localhost") as client:
        response = await client.get("/fail")
    assert response.status_code == 500
    assert ("the reason" in response.text) == bool(shown)
