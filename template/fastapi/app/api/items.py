"""Items over HTTP."""

import re
from operator import attrgetter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from app.api.problems import problems
from app.api.requests import JSONRoute
from app.api.schemas import ItemCreate, ItemPage, ItemRead, ItemUpdate
from app.database import ReadSession, WriteSession
from app.items import service
from app.items.inputs import Cursor, cursor_of, place_of

router = APIRouter(
    prefix="/api/v1/items",
    tags=["items"],
    responses=problems(400, 422, 500),
    route_class=JSONRoute,
    generate_unique_id_function=attrgetter("name"),
)


def only_digits(value: str | int) -> str | int:
    if isinstance(value, str) and not re.fullmatch("[0-9]+", value):
        raise PydanticCustomError("int_parsing", "Input should be digits.")
    return value


Limit = Annotated[int, Field(ge=1, le=100), BeforeValidator(only_digits)]


@router.get("")
async def list_items(
    session: ReadSession,
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> ItemPage:
    after = place_of(cursor) if cursor else None
    page = await service.list_items(session, limit=limit, after=after)
    return ItemPage(
        items=[ItemRead.model_validate(item) for item in page.items],
        next_cursor=cursor_of(page.items[-1]) if page.more else None,
    )


@router.post("", status_code=201, responses=problems(408, 409, 413, 415))
async def create_item(
    item: ItemCreate, session: WriteSession, request: Request, response: Response
) -> ItemRead:
    created = await service.create_item(session, **item.model_dump())
    response.headers["Location"] = request.url_for("get_item", item_id=created.id).path
    return ItemRead.model_validate(created)


@router.get("/{item_id}", responses=problems(404))
async def get_item(item_id: UUID, session: ReadSession) -> ItemRead:
    return ItemRead.model_validate(await service.get_item(session, item_id=item_id))


@router.patch("/{item_id}", responses=problems(404, 408, 409, 413, 415))
async def update_item(
    item_id: UUID, changes: Annotated[ItemUpdate, Body()], session: WriteSession
) -> ItemRead:
    item = await service.update_item(session, item_id=item_id, **changes)
    return ItemRead.model_validate(item)


@router.delete("/{item_id}", status_code=204, responses=problems(404))
async def delete_item(item_id: UUID, session: WriteSession) -> None:
    await service.delete_item(session, item_id=item_id)
