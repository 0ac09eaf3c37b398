"""/api/v1/items."""

import base64
import binascii
from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router, Status
from ninja.errors import ValidationError
from pydantic import Field

from app.api.schemas import ItemCreate, ItemPage, ItemRead, ItemUpdate, Problem
from app.items import service
from app.items.models import Item

router = Router(tags=["items"])


@router.get("", summary="List items", response={200: ItemPage, 422: Problem})
def list_items(
    request: HttpRequest,
    limit: Annotated[int, Field(ge=1, le=100)] = 20,
    cursor: str = "",
) -> dict[str, object]:
    """List the items, oldest first; `next_cursor` leads to the next page."""
    items = service.list_items()
    if cursor:
        items = items.filter(after(cursor))
    page = list(items[: limit + 1])
    more = len(page) > limit
    next_cursor = encode(page[limit - 1]) if more else None
    return {"items": page[:limit], "next_cursor": next_cursor}


@router.post(
    "",
    summary="Create an item",
    response={201: ItemRead, 400: Problem, 409: Problem, 415: Problem, 422: Problem},
)
def create_item(
    request: HttpRequest, payload: ItemCreate, response: HttpResponse
) -> Status[Item]:
    """Create an item. Its name must differ from those of the others."""
    item = service.create_item(**payload.model_dump())
    response["Location"] = reverse("api:get_item", args=[item.pk])
    return Status(201, item)


@router.get(
    "/{item_id}",
    summary="Get an item",
    response={200: ItemRead, 404: Problem, 422: Problem},
)
def get_item(request: HttpRequest, item_id: UUID) -> Item:
    """Return an item."""
    return service.get_item(item_id=item_id)


@router.patch(
    "/{item_id}",
    summary="Change an item",
    response={
        200: ItemRead,
        400: Problem,
        404: Problem,
        409: Problem,
        415: Problem,
        422: Problem,
    },
)
def update_item(request: HttpRequest, item_id: UUID, payload: ItemUpdate) -> Item:
    """Change some fields of an item."""
    return service.update_item(
        item_id=item_id, **payload.model_dump(exclude_unset=True)
    )


@router.delete(
    "/{item_id}",
    summary="Delete an item",
    response={204: None, 404: Problem, 422: Problem},
)
def delete_item(request: HttpRequest, item_id: UUID) -> Status[None]:
    """Delete an item."""
    service.delete_item(item_id=item_id)
    return Status(204, None)


def encode(item: Item) -> str:
    place = f"{item.created_at.isoformat()} {item.pk}"
    return base64.urlsafe_b64encode(place.encode()).decode()


def after(cursor: str) -> Q:
    """Select what comes after the place that a cursor names."""
    try:
        place = base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
        created_at, _, item_id = place.partition(" ")
        when, which = datetime.fromisoformat(created_at), UUID(item_id)
    except (ValueError, binascii.Error):
        fault = {"loc": ("query", "cursor"), "msg": "Not a cursor.", "type": "cursor"}
        raise ValidationError([fault]) from None
    return Q(created_at__gt=when) | Q(created_at=when, pk__gt=which)
