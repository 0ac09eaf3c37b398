"""What can be done with items. The caller owns the transaction."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from app.errors import Refused
from app.items.models import Item


class ItemNotFound(Refused):
    status, detail = 404, "There is no such item."


class NameTaken(Refused):
    status, detail = 409, "Another item has this name."


class Page(NamedTuple):
    items: Sequence[Item]
    more: bool


async def list_items(
    session: AsyncSession,
    *,
    limit: int = 20,
    after: tuple[datetime, UUID] | None = None,
) -> Page:
    """List the oldest first, so that what is added later stands at the end."""
    query = select(Item).order_by(Item.created_at, Item.id).limit(limit + 1)
    if after:
        query = query.where(tuple_(Item.created_at, Item.id) > after)
    items = (await session.scalars(query)).all()
    return Page(items[:limit], more=len(items) > limit)


async def get_item(session: AsyncSession, *, item_id: UUID) -> Item:
    item = await session.get(Item, item_id)
    if item is None:
        raise ItemNotFound
    return item


async def create_item(
    session: AsyncSession, *, name: str, price: Decimal, description: str = ""
) -> Item:
    item = Item(name=name, description=description, price=price)
    session.add(item)
    await _flush(session)
    return item


async def update_item(
    session: AsyncSession, *, item_id: UUID, **changes: str | Decimal
) -> Item:
    item = await get_item(session, item_id=item_id)
    for field, value in changes.items():
        setattr(item, field, value)
    await _flush(session)
    return item


async def delete_item(session: AsyncSession, *, item_id: UUID) -> None:
    await session.delete(await get_item(session, item_id=item_id))
    await _flush(session)


async def _flush(session: AsyncSession) -> None:
    """Write now, while the database's refusals can still be told apart."""
    try:
        await session.flush()
    except IntegrityError:  # the fields are valid, so it is the unique name
        await session.rollback()
        raise NameTaken from None
    except StaleDataError:  # deleted since it was read
        raise ItemNotFound from None
