"""The database: its engine, and a session for each request."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import DateTime, Dialect, MetaData, event, make_url
from sqlalchemy.dialects.mysql import DATETIME
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

Time = datetime | None
DRIVERS = {"sqlite": "aiosqlite", "postgresql": "psycopg", "mysql": "asyncmy"}
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


def now() -> datetime:
    return datetime.now(UTC)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware time in UTC, also where the database knows no time zones."""

    impl = DateTime(timezone=True).with_variant(DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: Time, _: Dialect) -> Time:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: Time, _: Dialect) -> Time:
        return value and value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


class Database:
    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        self.engine = create_async_engine(
            parsed.set(drivername=f"{backend}+{DRIVERS[backend]}"),
            hide_parameters=True,  # an error in the log quotes no data
            pool_pre_ping=True,  # so it goes on when the database is back
        )
        self.session = async_sessionmaker(self.engine, expire_on_commit=False)
        if backend == "sqlite":
            event.listen(self.engine.sync_engine, "connect", _set_up_sqlite)


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")


async def read_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.database.session() as session:
        yield session


# Scope "function": committed before the answer goes out; what raises leaves nothing.
ReadSession = Annotated[AsyncSession, Depends(read_session, scope="function")]


async def write_session(session: ReadSession) -> AsyncIterator[AsyncSession]:
    yield session
    await session.commit()


WriteSession = Annotated[AsyncSession, Depends(write_session, scope="function")]
