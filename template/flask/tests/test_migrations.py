import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import check
from sqlalchemy import text

from app.extensions import db
from app.settings import BASE_DIR

TABLES = """
    CREATE TABLE teas (id INTEGER PRIMARY KEY, name VARCHAR(9));
    CREATE TABLE cups (tea_id INTEGER REFERENCES teas ON DELETE CASCADE);
    CREATE TABLE spoons (tea_id INTEGER REFERENCES teas ON DELETE SET NULL);
    INSERT INTO teas VALUES (1, 'Oolong');
    INSERT INTO cups VALUES (1);
    INSERT INTO spoons VALUES (1);
"""
MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    with op.batch_alter_table("teas") as teas:
        teas.alter_column("name", type_=sa.String(8))
    op.execute("{statement}")
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Create a file database, in which rows refer to another row."""
    path = tmp_path / "teas.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(TABLES)
    return path


def read_rows(path: Path) -> list[tuple[object, ...]]:
    query = "SELECT name, cups.tea_id, spoons.tea_id FROM teas, cups, spoons"
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def write_migration(path: Path, statement: str) -> Config:
    """Return the configuration of the project, with this migration alone."""
    migration = MIGRATION.replace("{statement}", statement)
    (path.parent / "0001_teas.py").write_text(migration, encoding="utf-8")
    config = Config()
    config.set_main_option("script_location", str(BASE_DIR / "migrations"))
    config.set_main_option("version_locations", str(path.parent))
    config.set_main_option("path_separator", "newline")
    return config


def test_a_migration_that_replaces_a_table_keeps_the_rows_that_refer_to_it(
    create_client: Callable[..., FlaskClient], path: Path
) -> None:
    config = write_migration(path, "UPDATE teas SET name = 'Sencha'")
    app = create_client(database_url=f"sqlite:///{path}").application
    with app.app_context():
        command.upgrade(config, "head")
        assert db.session.scalar(text("PRAGMA foreign_keys")) == 1
    assert read_rows(path) == [("Sencha", 1, 1)]


def test_a_migration_that_leaves_references_to_missing_rows_is_rolled_back(
    create_client: Callable[..., FlaskClient], path: Path
) -> None:
    config = write_migration(path, "UPDATE teas SET id = 2")
    app = create_client(database_url=f"sqlite:///{path}").application
    with app.app_context(), pytest.raises(CommandError, match="refer to rows of teas"):
        command.upgrade(config, "head")
    assert read_rows(path) == [("Oolong", 1, 1)]
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_schema").fetchall()
    assert sorted(names) == [("cups",), ("spoons",), ("teas",)]


def test_commands_do_not_log_the_plugins_of_alembic(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with app.app_context():
        check()
    names = {record.name for record in caplog.records}
    assert "alembic.runtime.migration" in names
    assert "alembic.runtime.plugins" not in names
