"""The pages of items."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.database import ReadSession, WriteSession
from app.items import service
from app.items.inputs import Cursor, cursor_of, place_of
from app.pages.forms import ItemForm
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
    values, errors = form.check()
    if values is None:
        return _show_form(request, form, errors)
    try:
        await service.create_item(
            session,
            name=values.name,
            description=values.description,
            price=values.price,
        )
    except service.NameTaken as error:
        return _show_form(request, form, {"name": error.detail})
    return _to_list(request)


@router.get("/items/{item_id:uuid}/edit")
async def edit_item(request: Request, item_id: UUID, session: ReadSession) -> Response:
    item = await service.get_item(session, item_id=item_id)
    return _show_form(request, ItemForm.of(item))


@router.post("/items/{item_id:uuid}/edit")
async def update_item(
    request: Request,
    item_id: UUID,
    form: Annotated[ItemForm, Form()],
    session: WriteSession,
) -> Response:
    values, errors = form.check()
    if values is None:
        return _show_form(request, form, errors)
    try:
        await service.update_item(
            session,
            item_id=item_id,
            name=values.name,
            description=values.description,
            price=values.price,
        )
    except service.NameTaken as error:
        return _show_form(request, form, {"name": error.detail})
    return _to_list(request)


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


def _show_form(
    request: Request, form: ItemForm, errors: dict[str, str] | None = None
) -> Response:
    return templates.TemplateResponse(
        request,
        "items/form.html",
        {
            "form": form,
            "errors": errors or {},
            "heading": "New item" if request.url.path.endswith("new") else "Edit item",
        },
        status_code=422 if errors else 200,
    )


def _to_list(request: Request) -> Response:
    return RedirectResponse(request.url_for("item_list").path, status_code=303)
