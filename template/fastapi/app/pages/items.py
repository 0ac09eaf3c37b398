"""The pages of items."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.database import ReadSession, WriteSession
from app.items import service
from app.items.inputs import Cursor, cursor_of, place_of
from app.items.models import Item
from app.pages.forms import ItemForm, ItemValues, check
from app.pages.rendering import templates

router = APIRouter()


@router.get("/items/")
async def item_list(
    request: Request,
    session: ReadSession,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Response:
    after = place_of(cursor) if cursor else None
    page = await service.list_items(session, after=after)
    context = {
        "items": page.items,
        "next_cursor": cursor_of(page.items[-1]) if page.more else None,
    }
    return templates.TemplateResponse(request, "items/list.html", context)


@router.get("/items/new")
async def new_item(request: Request) -> Response:
    return _show_form(request, ItemForm())


@router.post("/items/new")
async def create_item(
    request: Request, form: Annotated[ItemForm, Form()], session: WriteSession
) -> Response:
    return await _save(request, form, partial(service.create_item, session))


@router.get("/items/{item_id:uuid}/edit")
async def edit_item(request: Request, item_id: UUID, session: ReadSession) -> Response:
    item = await service.get_item(session, item_id=item_id)
    return _show_form(request, item)


@router.post("/items/{item_id:uuid}/edit")
async def update_item(
    request: Request,
    item_id: UUID,
    form: Annotated[ItemForm, Form()],
    session: WriteSession,
) -> Response:
    update = partial(service.update_item, session, item_id=item_id)
    return await _save(request, form, update)


@router.get("/items/{item_id:uuid}/delete")
async def confirm_delete(
    request: Request, item_id: UUID, session: ReadSession
) -> Response:
    item = await service.get_item(session, item_id=item_id)
    return templates.TemplateResponse(request, "items/delete.html", {"item": item})


@router.post("/items/{item_id:uuid}/delete")
async def delete_item(
    request: Request, item_id: UUID, session: WriteSession
) -> Response:
    await service.delete_item(session, item_id=item_id)
    return _to_list(request)


async def _save(
    request: Request, form: ItemForm, save: Callable[..., Awaitable[Item]]
) -> Response:
    values, errors = check(ItemValues, form)
    if values is None:
        return _show_form(request, form, errors)
    try:
        await save(**values.model_dump())
    except service.NameTaken as error:
        return _show_form(request, form, {"name": error.detail})
    return _to_list(request)


def _show_form(
    request: Request, form: ItemForm | Item, errors: dict[str, str] | None = None
) -> Response:
    heading = "New item" if request.url.path.endswith("new") else "Edit item"
    context = {"form": form, "errors": errors or {}, "heading": heading}
    status = 422 if errors else 200
    return templates.TemplateResponse(request, "items/form.html", context, status)


def _to_list(request: Request) -> Response:
    return RedirectResponse(request.url_for("item_list").path, status_code=303)
