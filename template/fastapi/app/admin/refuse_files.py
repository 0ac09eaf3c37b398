"""Forms of the admin contain no files."""

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import AppError


class RefuseFiles:
    """Refuse forms with files: sqladmin fails on those whose field it does not know."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            return await self.app(scope, receive, send)
        messages: list[Message] = []

        async def record() -> Message:
            message = await receive()
            messages.append(message)
            return message

        async def replay() -> Message:
            return messages.pop(0) if messages else await receive()

        async with Request(scope, record).form() as form:
            fields = [value for _, value in form.multi_items()]
        if any(isinstance(field, UploadFile) for field in fields):
            raise AppError("The admin has no fields for files.")
        return await self.app(scope, replay, send)
