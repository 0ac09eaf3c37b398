"""A database for the tests alone; every test finds it empty."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator

import pytest
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncSession

os.environ["ENVIRONMENT"] = "test"

from app.database import Base, Database
from app.main import create_app
from app.settings import PROJECT, Settings


async def execute(url: str, statement: str) -> None:
    engine = Database(url).engine.execution_options(isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Migrate a SQLite file, or a new database on the TEST_DATABASE_URL server."""
    url = f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.sqlite3'}"
    server, name = os.environ.get("TEST_DATABASE_URL"), f"test_{os.getpid()}"
    if server:
        asyncio.run(execute(server, f"CREATE DATABASE {name}"))
        url = make_url(server).set(database=name).render_as_string(hide_password=False)
    os.environ["DATABASE_URL"] = url
    command.upgrade(Config(toml_file=PROJECT / "pyproject.toml"), "head")
    yield Settings(_env_file=None)
    if server:
        asyncio.run(execute(server, f"DROP DATABASE {name}"))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app
        async with app.state.database.session.begin() as session:
            for table in reversed(Base.metadata.sorted_tables):
                await session.execute(table.delete())


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.fixture
async def session(app: FastAPI) -> AsyncIterator[AsyncSession]:
    async with app.state.database.session() as session:
        yield session
