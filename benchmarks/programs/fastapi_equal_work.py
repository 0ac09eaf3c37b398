"""The list of items with the same duties as a FastAPI starter, in the simplest code."""

import os
import time
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import structlog
from duties import (
    ACCOUNTS,
    HEADERS,
    MAX_BODY_BYTES,
    encode_cursor,
    log,
    read_access_token,
)
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, PlainSerializer
from sqlalchemy import DateTime, ForeignKey, Numeric, String, Text, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.types import ASGIApp, Message, Receive, Scope, Send

RAW_HEADERS = [
    (name.lower().encode(), value.encode()) for name, value in HEADERS.items()
]
Time = Annotated[datetime, mapped_column(DateTime(timezone=True))]


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(255))
    is_active: Mapped[bool]
    is_staff: Mapped[bool]
    created_at: Mapped[Time]


class TokenFamily(Base):
    __tablename__ = "token_families"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[Time]


class Item(Base):
    __tablename__ = "items"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    if ACCOUNTS:
        owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
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
    price: Annotated[Decimal, PlainSerializer(str, return_type=str)]
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    items: list[ItemRead]
    next_cursor: str | None


class Duties:
    """A request id, security headers, a body limit and a log line."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status, received = time.perf_counter(), 500, 0
        request_id = uuid.uuid4().hex

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                identity = (b"x-request-id", request_id.encode())
                message["headers"] = [*message["headers"], *RAW_HEADERS, identity]
            await send(message)

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > MAX_BODY_BYTES:
                raise HTTPException(413)
            return message

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self.app(scope, receive_within_limit, send_with_headers)
        finally:
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                milliseconds=round((time.perf_counter() - start) * 1000, 1),
            )


url = os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:")
engine = create_async_engine(url)
app = FastAPI()
app.add_middleware(Duties)


async def get_session() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine) as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]


async def get_user(request: Request, session: SessionDep) -> User | None:
    if not ACCOUNTS:
        return None
    family_id = read_access_token(request.headers["Authorization"])
    query = (
        select(User)
        .join(TokenFamily, TokenFamily.user_id == User.id)
        .where(
            TokenFamily.id == family_id,
            TokenFamily.expires_at > datetime.now(UTC),
            User.is_active,
        )
    )
    user: User | None = await session.scalar(query)
    if user is None:
        raise HTTPException(401)
    return user


@app.get("/api/v1/items")
async def list_items(
    session: SessionDep,
    user: Annotated[User | None, Depends(get_user)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Page:
    query = select(Item).order_by(Item.created_at, Item.id).limit(limit + 1)
    if user:
        query = query.where(Item.owner_id == user.id)
    items = (await session.scalars(query)).all()
    return Page(
        items=[ItemRead.model_validate(item) for item in items[:limit]],
        next_cursor=encode_cursor(items[limit - 1].id) if len(items) > limit else None,
    )


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}
