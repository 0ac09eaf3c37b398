"""Responses to errors that no handler answers."""

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog import get_logger

from app.errors import Respond, to_problem

INTERNAL_ERROR = 500
log = get_logger()


class ErrorResponses:
    """Answer errors of the middlewares inside this one, and unexpected errors.

    FastAPI answers the latter outside of all middlewares, without their headers.
    """

    def __init__(self, app: ASGIApp, respond: Respond) -> None:
        self.app = app
        self.respond = respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_and_record(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_record)
        except ClientDisconnect:
            log.info("client_disconnected")
        except Exception as error:
            problem = to_problem(error)
            # In development, FastAPI's page with the traceback is more useful.
            if started or (problem.status == INTERNAL_ERROR and scope["app"].debug):
                raise
            # A rejected connection is answered like a request.
            request = Request({"method": "GET", **scope, "type": "http"})
            response = self.respond(request, problem)
            await response(scope, receive, send)
