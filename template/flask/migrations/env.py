"""Runs the migrations, for the commands of Flask-Migrate."""

from importlib import import_module

from alembic import context

from app.extensions import db
from app.settings import BASE_DIR

# Their tables are known once they are imported.
for path in BASE_DIR.glob("app/*/models.py"):
    import_module(f"app.{path.parent.name}.models")

with db.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,  # so that new migrations also run on SQLite
        include_name=lambda n, kind, _: kind != "table" or n in db.metadata.tables,
    )
    with context.begin_transaction():
        context.run_migrations()
