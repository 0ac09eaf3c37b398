"""Runs the migrations against DATABASE_URL. A table without a model is left alone."""

import asyncio
from importlib import import_module

from alembic import context
from sqlalchemy import Connection

from app.database import Base, Database
from app.settings import BASE_DIR, load_settings

# Their tables are known once they are imported.
for path in BASE_DIR.glob("app/*/models.py"):
    import_module(f"app.{path.parent.name}.models")


def migrate(connection: Connection) -> None:
    context.configure(
        connection,
        target_metadata=Base.metadata,
        render_as_batch=True,  # so that new migrations also run on SQLite
        include_name=lambda n, kind, _: kind != "table" or n in Base.metadata.tables,
    )
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    engine = Database(load_settings().database_url).engine
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(main())
