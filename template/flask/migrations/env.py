"""Runs the migrations, for the commands of Flask-Migrate."""

from importlib import import_module

from alembic import context
from alembic.util import CommandError

from app.extensions import db
from app.settings import BASE_DIR

# Their tables are known once they are imported.
for path in BASE_DIR.glob("app/*/models.py"):
    import_module(f"app.{path.parent.name}.models")

with db.engine.connect() as connection:
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # A batch migration replaces a table, and with foreign keys SQLite would delete
        # the rows that refer to it. In a transaction SQLite ignores this pragma.
        connection.detach()  # so that no other user of the pool gets this connection
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.close()
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,  # so that new migrations also run on SQLite
        include_name=lambda n, kind, _: kind != "table" or n in db.metadata.tables,
        transactional_ddl=True if is_sqlite else None,  # None: as the database does
    )
    with context.begin_transaction():
        context.run_migrations()
        query = "PRAGMA foreign_key_check"
        if is_sqlite and (row := connection.exec_driver_sql(query).first()):
            message = (
                f"Rows of {row.table} refer to rows of {row.parent} that do not exist. "
                "Nothing was changed. During migrations on SQLite no foreign key "
                "cascades: delete or change these rows in the migration."
            )
            raise CommandError(message)
