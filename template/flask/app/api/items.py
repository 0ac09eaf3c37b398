"""Items over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import url_for

from app.api.problems import problems
from app.api.schemas import ItemCreate, ItemPage, ItemQuery, ItemRead, ItemUpdate
from app.database import db
from app.items import service
from app.items.inputs import cursor_of, place_of

bp = APIBlueprint("api_items", __name__, url_prefix="/api/v1/items", tag="items")
MADE = {"headers": {"Location": {"schema": {"type": "string"}, "required": True}}}
READ = problems(400, 422, 500)
WRITE = problems(400, 408, 411, 413, 415, 422, 500, 503)


@bp.get("")
@bp.input(ItemQuery, location="query")
@bp.output(ItemPage)
@bp.doc(operation_id="list_items", summary="List items", responses=READ)
def list_items(query_data: ItemQuery) -> Any:
    """List items.

    The oldest come first, and `next_cursor` leads to the next page.
    """
    after = place_of(query_data.cursor) if query_data.cursor else None
    page = service.list_items(limit=query_data.limit, after=after)
    next_cursor = cursor_of(page.items[-1]) if page.more else None
    return {"items": page.items, "next_cursor": next_cursor}


@bp.post("")
@bp.input(ItemCreate)
@bp.output(ItemRead, status_code=201)
@bp.doc(
    operation_id="create_item",
    summary="Create an item",
    responses=WRITE | problems(409) | {201: MADE},
)
def create_item(json_data: ItemCreate) -> Any:
    """Create an item.

    Its name must differ from those of the others.
    """
    item = service.create_item(
        name=json_data.name, description=json_data.description, price=json_data.price
    )
    db.session.commit()
    return item, 201, {"Location": url_for(".get_item", item_id=item.id)}


@bp.get("/<id:item_id>")
@bp.output(ItemRead)
@bp.doc(operation_id="get_item", summary="Get an item", responses=READ | problems(404))
def get_item(item_id: UUID) -> Any:
    """Get an item.

    Each item has an id, which is part of its address.
    """
    return service.get_item(item_id=item_id)


@bp.patch("/<id:item_id>")
@bp.input(ItemUpdate)
@bp.output(ItemRead)
@bp.doc(
    operation_id="update_item",
    summary="Change an item",
    responses=WRITE | problems(404, 409),
)
def update_item(item_id: UUID, json_data: ItemUpdate) -> Any:
    """Change an item.

    Fields that are missing stay as they are.
    """
    changes = json_data.model_dump(exclude_unset=True)
    item = service.update_item(item_id=item_id, **changes)
    db.session.commit()
    return item


@bp.delete("/<id:item_id>")
@bp.output({}, status_code=204)
@bp.doc(
    operation_id="delete_item", summary="Delete an item", responses=READ | problems(404)
)
def delete_item(item_id: UUID) -> str:
    """Delete an item.

    This can't be undone.
    """
    service.delete_item(item_id=item_id)
    db.session.commit()
    return ""
