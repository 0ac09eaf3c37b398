"""Boots each starter as in production; tests never ask for a framework."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.client import Browser, Client, credentials
from tests.contract.differences import HABITS, Habits
from tests.contract.exchanges import EXCHANGES
from tests.starters.databases import Database, free_port
from tests.starters.harness import Project, Service, Starter, booted, installed
from tests.starters.matrix import ALL, BOTH, STARTERS, parameter

FRIEND = "https://friend.example"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test against the starters that its marks let through.

    `features` asks for starters that have these features, `without` for those without;
    `stored` adds those on database servers; `once` is for what depends on nothing but
    the framework.
    """
    if "project" not in metafunc.fixturenames:
        return
    features = {
        feature
        for mark in metafunc.definition.iter_markers("features")
        for feature in mark.args
    }
    unwanted = {
        feature
        for mark in metafunc.definition.iter_markers("without")
        for feature in mark.args
    }
    chosen = [
        starter
        for starter in STARTERS
        if features <= set(starter.features) and not unwanted & set(starter.features)
    ]
    if not metafunc.definition.get_closest_marker("stored"):
        chosen = [starter for starter in chosen if starter.database == "sqlite"]
    if metafunc.definition.get_closest_marker("once"):
        most = BOTH if features <= set(BOTH) else ALL
        chosen = [starter for starter in chosen if starter.features == most]

    def mark(starter: Starter) -> pytest.MarkDecorator:
        """Leave what accounts hardly change to the thorough part."""
        elsewhere = "accounts" in starter.features and (
            features <= set(BOTH) or starter.database != "sqlite"
        )
        return pytest.mark.thorough if elsewhere else pytest.mark.slow

    if "kind" in metafunc.fixturenames:
        pairs = [
            parameter(starter, kind, mark=mark(starter))
            for starter in chosen
            for kind, exchange in EXCHANGES.items()
            if exchange.feature is None or exchange.feature in starter.features
        ]
        metafunc.parametrize(
            ["project", "kind"], pairs, indirect=["project"], scope="session"
        )
    else:
        metafunc.parametrize(
            "project",
            [parameter(starter, mark=mark(starter)) for starter in chosen],
            indirect=True,
            scope="session",
        )


@pytest.fixture(scope="session")
def project(request: pytest.FixtureRequest, template_repo: Path) -> Project:
    return installed(request.param, template_repo)


@pytest.fixture(scope="session")
def habits(project: Project) -> Habits:
    return HABITS[project.starter.framework]


@pytest.fixture(scope="session")
def database(project: Project) -> Database:
    return project.new_database()


@pytest.fixture(scope="session")
def service(project: Project, database: Database) -> Iterator[Service]:
    """Boot the server as it is meant to run: production, behind one trusted hop."""
    with booted(project, database.url) as service:
        yield service


@pytest.fixture(scope="session")
def open_service(project: Project, database: Database) -> Iterator[Service]:
    """Boot it with what is off by default switched on, and other limits."""
    with booted(
        project,
        database.url,
        API_DOCS="true",
        CORS_ORIGINS=f"https://other.example,{FRIEND}",
        HSTS_SECONDS="31536000",
        MAX_BODY_BYTES="2000",
    ) as service:
        yield service


@pytest.fixture(scope="session")
def wary_service(project: Project, database: Database) -> Iterator[Service]:
    """Boot it without trust in anybody's X-Forwarded headers."""
    with booted(project, database.url, TRUSTED_PROXIES="") as service:
        yield service


@dataclass
class Own:
    """A server and a database that a test may break."""

    service: Service
    database: Database


@pytest.fixture
def own(project: Project) -> Iterator[Own]:
    database = project.new_database()
    with booted(project, database.url) as service:
        yield Own(service, database)


@pytest.fixture
def own_without_mail(project: Project, database: Database) -> Iterator[Service]:
    """Boot a server whose mail server is gone."""
    url = f"smtp://127.0.0.1:{free_port()}"
    with booted(project, database.url, MAIL_URL=url) as service:
        yield service


@pytest.fixture(scope="session")
def failing_service(project: Project) -> Iterator[Service]:
    """Boot a server and drop its tables, so that requests fail inside."""
    database = project.new_database()
    with booted(project, database.url) as service:
        credentials(service)
        database.drop_tables()
        yield service


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    with Client(service) as client:
        yield client


@pytest.fixture
def browser(client: Client) -> Browser:
    return Browser(client)
