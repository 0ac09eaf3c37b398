"""How the API reads bodies: JSON alone, and its numbers as they were written."""

import json
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute


class JSONRequest(Request):
    async def json(self) -> Any:
        return json.loads(await self.body(), parse_float=Decimal)


class JSONRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            request = JSONRequest(request.scope, request.receive)
            if request.method in {"PATCH", "POST", "PUT"}:
                content_type = request.headers.get("content-type", "")
                if content_type.partition(";")[0].strip().lower() != "application/json":
                    raise HTTPException(415, "Send the body as application/json.")
                if not await request.body():
                    raise HTTPException(400, "The body is not valid JSON.")
            return await handle(request)

        return handle_json
