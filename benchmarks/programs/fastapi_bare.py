"""The list of items in bare FastAPI: what the framework costs without a starter."""

import os
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy import DateTime, Numeric, String, Text, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Time = Annotated[datetime, mapped_column(DateTime(timezone=True))]


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text)
    price: Mapped[Decimal] = mapped_column(Numeric(9, 2))
    created_at: Mapped[Time]
    updated_at: Mapped[Time]


class ItemRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    name: str
    description: str
    price: Decimal
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    items: list[ItemRead]
    next_cursor: str | None


url = os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:")
engine = create_async_engine(url)
app = FastAPI()


async def get_session() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine) as session:
        yield session


@app.get("/api/v1/items")
async def list_items(
    session: Annotated[AsyncSession, Depends(get_session)], limit: int = 20
) -> Page:
    query = select(Item).order_by(Item.created_at, Item.id).limit(limit + 1)
    items = (await session.scalars(query)).all()
    return Page(
        items=[ItemRead.model_validate(item) for item in items[:limit]],
        next_cursor=str(items[limit - 1].id) if len(items) > limit else None,
    )


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}
