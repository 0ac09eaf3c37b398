import pytest
from fastapi import FastAPI, Request, Response
from httpx2 import AsyncClient

from app.main import create_app
from app.pages.flash import redirect
from app.settings import Settings

MESSAGE = "It is saved."


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    app = create_app(settings)

    @app.post("/save")
    async def save(request: Request) -> Response:
        return redirect(request, "home", message=MESSAGE)

    return app


async def test_a_message_is_shown_once(client: AsyncClient) -> None:
    response = await client.post("/save")
    assert "HttpOnly" in response.headers["Set-Cookie"]
    assert MESSAGE in (await client.get("/")).text
    assert MESSAGE not in (await client.get("/")).text


async def test_a_message_that_is_not_ours_is_not_shown(client: AsyncClient) -> None:
    response = await client.post("/save")
    client.cookies.delete("flash")
    client.cookies.set("flash", "x" + response.cookies["flash"])
    assert MESSAGE not in (await client.get("/")).text
