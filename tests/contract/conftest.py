"""Fixtures that run each starter as in production."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.client import (
    Browser,
    Client,
    credentials,
    database_with_members,
)
from tests.contract.differences import CONVENTIONS, Conventions
from tests.starters.databases import Database, free_port
from tests.starters.harness import (
    Project,
    Service,
    Starter,
    install_starter,
    running_server,
    running_service,
)
from tests.starters.parameters import parametrize
from tests.starters.selection import (
    ALONE,
    BUILT,
    FRAMEWORKS,
    FULL,
    MODEL,
    ON_SERVERS,
    SERVED_BY_GRANIAN,
    alone,
    distinct,
)

FRIEND = "https://friend.example"


def marked_features(metafunc: pytest.Metafunc, name: str) -> set[str]:
    """Return the features in all marks of this name. Fail if one is not a feature."""
    marks = metafunc.definition.iter_markers(name)
    features = {feature for mark in marks for feature in mark.args}
    if unknown := features - MODEL["features"].keys():
        pytest.fail(f"no features: {', '.join(sorted(unknown))}", pytrace=False)
    return features


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test in the starters that its marks select: see selection.py."""
    if "project" not in metafunc.fixturenames:
        return
    needed, unwanted = (
        marked_features(metafunc, "features"),
        marked_features(metafunc, "without"),
    )

    def fits(starter: Starter) -> bool:
        features = {*starter.features}
        return needed <= features and not unwanted & features

    chosen = [starter for starter in FULL if fits(starter)]
    if unwanted:
        for framework in FRAMEWORKS:
            fitting = [s for s in ALONE if s.framework == framework and fits(s)]
            chosen += fitting[:1]
    for feature in sorted(marked_features(metafunc, "alone")):
        fitting = [
            alone(each, feature) for each in FRAMEWORKS if feature in BUILT[each]
        ]
        chosen += filter(fits, fitting)
    if metafunc.definition.get_closest_marker("database"):
        chosen += filter(fits, ON_SERVERS)
    if metafunc.definition.get_closest_marker("each_server"):
        chosen += filter(fits, SERVED_BY_GRANIAN)
    if metafunc.definition.get_closest_marker("message_broker"):
        chosen = [each for each in chosen if CONVENTIONS[each.framework].message_broker]
    if not chosen:
        pytest.fail("the marks select no starter", pytrace=False)
    parametrize(metafunc, distinct(chosen))


@pytest.fixture(scope="session")
def project(
    request: pytest.FixtureRequest, template_repo: Path, shared_directory: Path
) -> Project:
    return install_starter(request.param, template_repo, shared_directory)


@pytest.fixture(scope="session")
def conventions(project: Project) -> Conventions:
    return CONVENTIONS[project.starter.framework]


@pytest.fixture(scope="session")
def database(project: Project) -> Database:
    return database_with_members(project)


@pytest.fixture(scope="session")
def service(project: Project, database: Database) -> Iterator[Service]:
    """Run the production server behind one trusted proxy, and a worker."""
    with running_service(project, database.url) as service:
        yield service


@pytest.fixture(scope="session")
def configured_service(project: Project, database: Database) -> Iterator[Service]:
    """Run the server with optional settings on, and with other limits."""
    with running_server(
        project,
        database.url,
        API_DOCS="true",
        CORS_ORIGINS=f"https://other.example,{FRIEND}",
        HSTS_SECONDS="31536000",
        MAX_BODY_BYTES="2000",
    ) as service:
        yield service


@pytest.fixture(scope="session")
def service_without_proxies(project: Project, database: Database) -> Iterator[Service]:
    """Run the server without trust in X-Forwarded headers."""
    with running_server(project, database.url, TRUSTED_PROXIES="") as service:
        yield service


@dataclass
class Disposable:
    """A server and a database that a test may break."""

    service: Service
    database: Database


@pytest.fixture
def disposable(project: Project) -> Iterator[Disposable]:
    """Run a server without a worker: no email is sent if the project has tasks."""
    database = database_with_members(project)
    with running_server(project, database.url) as service:
        yield Disposable(service, database)


@pytest.fixture
def disposable_with_worker(project: Project) -> Iterator[Disposable]:
    database = database_with_members(project)
    with running_service(project, database.url) as service:
        yield Disposable(service, database)


@pytest.fixture
def service_without_mail_server(project: Project) -> Iterator[Service]:
    """Run a server that cannot reach its mail server.

    Its database is separate: its worker would take the tasks of other services.
    """
    database, url = database_with_members(project), f"smtp://127.0.0.1:{free_port()}"
    with running_service(project, database.url, MAIL_URL=url) as service:
        yield service


@pytest.fixture(scope="session")
def failing_service(project: Project) -> Iterator[Service]:
    """Run a server and drop its tables, so that requests fail.

    Variables that turn a framework's debugger on have no effect in production.
    """
    database = database_with_members(project)
    debug = {"DEBUG": "1", "DJANGO_DEBUG": "1", "FLASK_DEBUG": "1"}
    with running_server(project, database.url, **debug) as service:
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
