"""Items over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import url_for

from app.api.problems import problems
from app.extensions import db
from app.items import service
from app.items.schemas import ItemCreate, ItemPage, ItemRead, ItemUpdate
from app.pagination import PageParams

bp = APIBlueprint("items_api", __name__, url_prefix="/api/v1/items", tag="items")
CREATED = {"headers": {"Location": {"schema": {"type": "string"}, "required": True}}}
READ = problems(400, 422, 500, 503)
WRITE = problems(400, 408, 413, 415, 422, 500, 503)


@bp.get("")
@bp.input(PageParams, location="query")
@bp.output(ItemPage)
@bp.doc(operation_id="list_items", summary="List items", responses=READ)
def list_items(query_data: PageParams) -> Any:
    """List items.

    The oldest come first, and `next_cursor` leads to the next page.
    """
    return service.list_items(limit=query_data.limit, after=query_data.after)


@bp.post("")
@bp.input(ItemCreate)
@bp.output(ItemRead, status_code=201)
@bp.doc(
    operation_id="create_item",
    summary="Create an item",
    responses=WRITE | problems(409) | {201: CREATED},
)
def create_item(json_data: ItemCreate) -> Any:
    """Create an item.

    Its name must differ from those of the others.
    """
    item = service.create_item(json_data)
    db.session.commit()
    return item, 201, {"Location": url_for(".get_item", item_id=item.id)}


@bp.get("/<id:item_id>")
@bp.output(ItemRead)
@bp.doc(operation_id="get_item", summary="Get an item", responses=READ | problems(404))
def get_item(item_id: UUID) -> Any:
    """Get an item.

    Each item has an id, which is part of its address.
    """
    return service.get_item(item_id)


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
    item = service.update_item(item_id, json_data)
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
    service.delete_item(item_id)
    db.session.commit()
    return ""
