"""Changes as server-sent events, and by WebSocket."""

from collections.abc import AsyncIterable
from contextlib import suppress
from operator import attrgetter

from anyio import create_task_group
from fastapi import APIRouter, Depends, Response, WebSocket, WebSocketDisconnect
from fastapi.sse import EventSourceResponse

from app.api.problems import problems
from app.realtime.access import Listening
from app.realtime.hub import ItemChange, Listener

router = APIRouter(tags=["realtime"], generate_unique_id_function=attrgetter("name"))


def not_to_be_stored(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


@router.get(
    "/events",
    response_class=EventSourceResponse,
    responses=problems(401, 403, 422),
    dependencies=[Depends(not_to_be_stored)],
)
async def events(listener: Listening) -> AsyncIterable[ItemChange]:
    """Tell what changes, from now on and until one of us leaves.

    Who was cut off reads the items anew when connected again.
    """
    async for change in listener.changes:
        yield change


@router.websocket("/ws")
async def socket(websocket: WebSocket, listener: Listening) -> None:
    await websocket.accept()
    async with create_task_group() as tasks:
        tasks.start_soon(_tell, websocket, listener)
        while (await websocket.receive())["type"] != "websocket.disconnect":
            pass  # whatever they say
        tasks.cancel_scope.cancel()


async def _tell(websocket: WebSocket, listener: Listener) -> None:
    with suppress(WebSocketDisconnect):
        async for change in listener.changes:
            await websocket.send_text(change.model_dump_json())
        await websocket.close(listener.code)
