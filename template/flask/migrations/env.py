"""Runs the migrations, for the commands of Flask-Migrate."""

from alembic import context

from app.database import db
from app.items import models as _items  # noqa: F401 - registers its tables

with db.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
