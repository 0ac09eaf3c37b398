"""A database for the tests alone; every test finds it empty."""

import os
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import create_engine, make_url, text

os.environ["ENVIRONMENT"] = "test"

from app.database import Base, driver_url
from app.extensions import db
from app.main import create_app
from app.settings import Settings

# Settings of the service that a developer's environment happens to have.
for name in os.environ.keys() - {"ENVIRONMENT"}:
    if name.lower() in Settings.model_fields:
        del os.environ[name]


def execute(url: str, statement: str) -> None:
    engine = create_engine(driver_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def dispose_engines(app: Flask) -> None:
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Migrate a SQLite file, or a new database on the TEST_DATABASE_URL server."""
    url = f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.sqlite3'}"
    server, name = os.environ.get("TEST_DATABASE_URL"), f"test_{os.getpid()}"
    if server:
        execute(server, f"CREATE DATABASE {name}")
        url = make_url(server).set(database=name).render_as_string(hide_password=False)
    os.environ["DATABASE_URL"] = url
    settings = Settings(_env_file=None)
    app = create_app(settings)
    with app.app_context():
        upgrade()
    dispose_engines(app)
    yield settings
    if server:
        execute(server, f"DROP DATABASE {name}")


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    with app.app_context():
        for table in reversed(Base.metadata.sorted_tables):
            db.session.execute(table.delete())
        db.session.commit()
    dispose_engines(app)


@pytest.fixture
def create_client(settings: Settings) -> Iterator[Callable[..., FlaskClient]]:
    """Create clients of applications with other settings."""
    apps: list[Flask] = []

    def create(**changes: object) -> FlaskClient:
        apps.append(create_app(settings.model_copy(update=changes)))
        return apps[-1].test_client()

    yield create
    for app in apps:
        dispose_engines(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
