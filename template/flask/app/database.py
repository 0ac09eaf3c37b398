"""The database: models, sessions and migrations."""

import sqlite3
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import URL, DateTime, Dialect, Engine, MetaData, event, make_url
from sqlalchemy.dialects.mysql import DATETIME
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from app.settings import PROJECT, Settings

Time = datetime | None
DRIVERS = {"sqlite": "pysqlite", "postgresql": "psycopg", "mysql": "pymysql"}
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
migrate = Migrate(db=db, directory=PROJECT / "migrations")


class UTCDateTime(TypeDecorator[datetime]):
    """An aware time in UTC, also where the database knows no time zones."""

    impl = DateTime(timezone=True).with_variant(DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: Time, _: Dialect) -> Time:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: Time, _: Dialect) -> Time:
        return value and value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


def init_app(app: Flask, settings: Settings) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = url = driver_url(settings.database_url)
    seconds = "timeout" if url.get_backend_name() == "sqlite" else "connect_timeout"
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "connect_args": {seconds: 5},
        "hide_parameters": True,  # An error in the log quotes no data.
        "pool_pre_ping": True,  # It goes on when the database is back.
        "pool_timeout": 10,
    }
    db.init_app(app)
    migrate.init_app(app)


def driver_url(url: str) -> URL:
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    return parsed.set(drivername=f"{backend}+{DRIVERS[backend]}")


@event.listens_for(Engine, "connect")
def set_up_sqlite(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")
