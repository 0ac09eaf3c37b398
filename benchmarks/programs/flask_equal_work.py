"""The list of items with the same duties as a Flask starter, in the simplest code."""

import os
import time
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Annotated

import structlog
from apiflask import APIFlask
from duties import (
    ACCOUNTS,
    HEADERS,
    MAX_BODY_BYTES,
    SESSION_COOKIE,
    encode_cursor,
    log,
    read_access_token,
)
from flask import Response, abort, g, render_template_string, request, session
from flask_sqlalchemy import SQLAlchemy
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import DateTime, ForeignKey, Numeric, String, Text, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

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


class UserSession(Base):
    __tablename__ = "sessions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    token_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[Time]


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


class PageParams(BaseModel):
    limit: Annotated[int, Field(ge=1, le=100)] = 20


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
db = SQLAlchemy(model_class=Base)
app = APIFlask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = url
app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
app.config["SESSION_COOKIE_NAME"] = SESSION_COOKIE
db.init_app(app)


@app.before_request
def start_request() -> None:
    g.start, g.request_id = time.perf_counter(), uuid.uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


@app.after_request
def finish_request(response: Response) -> Response:
    response.headers.update(HEADERS)
    response.headers["X-Request-ID"] = g.request_id
    log.info(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        milliseconds=round((time.perf_counter() - g.start) * 1000, 1),
    )
    return response


def get_user() -> User:
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
    user: User | None = db.session.scalar(query)
    if user is None:
        abort(401)
    return user


@app.get("/api/v1/items")
@app.input(PageParams, location="query")
@app.output(Page)
def list_items(query_data: PageParams) -> Page:
    limit = query_data.limit
    query = select(Item).order_by(Item.created_at, Item.id).limit(limit + 1)
    if ACCOUNTS:
        query = query.where(Item.owner_id == get_user().id)
    items = db.session.scalars(query).all()
    return Page(
        items=[ItemRead.model_validate(item) for item in items[:limit]],
        next_cursor=encode_cursor(items[limit - 1].id) if len(items) > limit else None,
    )


def find_user_of_session() -> User:
    query = (
        select(UserSession, User)
        .join(User, User.id == UserSession.user_id)
        .where(
            UserSession.token_hash == sha256(session["_user_id"].encode()).hexdigest(),
            UserSession.expires_at > datetime.now(UTC),
            User.is_active,
        )
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        abort(401)
    user: User = found[1]
    return user


# As many tags as the page of the starter has.
PAGE = """<!doctype html>
<html lang="en">
<head>
  <title>Items</title>
  <link rel="icon" href="{{ url_for('static', filename='favicon.svg') }}">
  <link rel="stylesheet" href="{{ url_for('static', filename='bootstrap.min.css') }}">
  <link rel="stylesheet" href="{{ url_for('static', filename='style.css') }}">
</head>
<body>
<header>
  <a href="{{ url_for('healthz') }}">Home</a>
  <a href="{{ url_for('item_list') }}" aria-current="page">Items</a>
  <details><summary>{{ user.email }}</summary>
    <a href="{{ url_for('healthz') }}">Account</a>
    <a href="{{ url_for('healthz') }}">Change password</a>
    <form method="post"><button>Sign out</button></form>
  </details>
</header>
<main>
<h1>Items</h1>
<table>
{% for item in items %}
<tr>
  <th>{{ item.name }} <span>{{ item.description }}</span></th>
  <td><time datetime="{{ item.updated_at.isoformat() }}">
    {{ item.updated_at.strftime("%d %b %Y") }}</time></td>
  <td>{{ item.price }}</td>
  <td>
    <a href="{{ url_for('edit', item_id=item.id) }}" title="Edit"><svg><use
      href="{{ url_for('static', filename='icons.svg') }}#pencil"></use></svg>
      <span>Edit {{ item.name }}</span></a>
    <a href="{{ url_for('delete', item_id=item.id) }}" title="Delete"><svg><use
      href="{{ url_for('static', filename='icons.svg') }}#trash"></use></svg>
      <span>Delete {{ item.name }}</span></a>
  </td>
</tr>
{% endfor %}
</table>
<p>Items 1 to {{ items | length }} of {{ count }}</p>
</main>
<footer>Items</footer>
</body>
</html>
"""


@app.get("/items/")
def item_list() -> str:
    user = find_user_of_session()
    query = select(Item).where(Item.owner_id == user.id)
    rows = query.order_by(Item.created_at, Item.id).limit(20)
    items = db.session.scalars(rows).all()
    count = db.session.scalar(select(func.count()).select_from(query.subquery()))
    return render_template_string(PAGE, user=user, items=items, count=count)


@app.get("/items/<uuid:item_id>/edit")
def edit(item_id: uuid.UUID) -> str:
    return str(item_id)


@app.get("/items/<uuid:item_id>/delete")
def delete(item_id: uuid.UUID) -> str:
    return str(item_id)


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}
