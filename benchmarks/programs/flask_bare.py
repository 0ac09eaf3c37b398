"""The list of items in bare Flask: what the framework costs without a starter."""

import os
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Numeric, String, Text, select
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


url = os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:")
db = SQLAlchemy(model_class=Base)
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = url
db.init_app(app)


def to_json(item: Item) -> dict[str, str]:
    return {
        "id": str(item.id),
        "name": item.name,
        "description": item.description,
        "price": str(item.price),
        "created_at": item.created_at.isoformat(),
        "updated_at": item.updated_at.isoformat(),
    }


@app.get("/api/v1/items")
def list_items() -> dict[str, Any]:
    limit = int(request.args.get("limit", 20))
    query = select(Item).order_by(Item.created_at, Item.id).limit(limit + 1)
    items = db.session.scalars(query).all()
    return {
        "items": [to_json(item) for item in items[:limit]],
        "next_cursor": str(items[limit - 1].id) if len(items) > limit else None,
    }


@app.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}
