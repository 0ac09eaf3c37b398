"""What the server adds to a request."""

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from app.dependencies import State


class WithState:
    """Pass what the lifespan opened to the application, as an ASGI server does."""

    def __init__(self, app: FastAPI, state: State) -> None:
        self.app = app
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, "state": dict(self.state)}, receive, send)
