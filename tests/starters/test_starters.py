"""Checks, tests and servers of new projects work without warnings."""

import ast
import contextlib
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import httpx2
import pytest

from tests.starters.databases import (
    Server,
    free_port,
    mariadb_server,
    postgresql_server,
)
from tests.starters.harness import (
    BOOT_SECONDS,
    HOST,
    SECRET,
    Project,
    Service,
    Starter,
    answers_healthz,
    development_server,
    end_process,
    render_starter,
    run,
    running_server,
    start,
    sync,
    uv,
)
from tests.starters.selection import (
    ALONE,
    BARE,
    FULL,
    OWN_TESTS_IN_BIN_TEST,
    RUNNABLE,
    SMALL_ON_POSTGRESQL,
    SMALL_ON_SERVERS,
    USE_CASES_ON_POSTGRESQL,
    alone,
    full,
)

DEPRECATIONS = "error::DeprecationWarning,error::PendingDeprecationWarning"
DEVELOPMENT_TOOLS = {
    "mypy",
    "pytest",
    "ruff",
    "poethepoet",
    "httpx2",
    "django-stubs",
    "pre-commit",
    "watchfiles",
}
# How code reads a setting of Django: settings.NAME, or getattr(settings, "NAME").
READS_SETTING = re.compile(r"""(?:settings\.|["'])([A-Z][A-Z0-9_]+)\b""")
# Settings for code that the owner of a project adds: links in emails need the address.
FOR_OWNERS = {"PUBLIC_URL"}
# Where each framework's servers enter.
ENTRY_POINTS = {"django": "config.asgi", "fastapi": "app.asgi", "flask": "app.asgi"}


def count_passed(output: str) -> int:
    found = re.search(r"(\d+) passed", output)
    assert found, output
    assert not re.search(r"\d+ (failed|error|warning)", output), output
    return int(found[1])


def development_data(project: Project) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of each table of the development database."""
    connection = sqlite3.connect(project.development_database)
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    ).fetchall()
    data = {
        name: connection.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()  # noqa: S608
        for (name,) in names
    }
    connection.close()
    return data


@pytest.mark.starters(RUNNABLE)
def test_its_checks_pass(project: Project) -> None:
    # Alembic compares the models with the tables of the database that was set up.
    on_sqlite = project.starter.database == "sqlite"
    settings = {} if on_sqlite else {"DATABASE_URL": project.new_database().url}
    project.poe("check", **settings)


@dataclass(frozen=True)
class DatabaseServer:
    """The database server for a project's tests. SQLite has none."""

    url: str = ""
    server: Server | None = None
    listing: str = ""

    def names(self) -> str:
        """List the databases on the server."""
        return self.server.run(self.listing) if self.server else ""


def database_for_tests(project: Project) -> DatabaseServer:
    if project.starter.database == "postgresql":
        server = postgresql_server()
        url = f"postgresql://postgres:unused@127.0.0.1:{server.port}/postgres"
        listing = "SELECT datname FROM pg_database ORDER BY 1;"
        return DatabaseServer(url, server, listing)
    if project.starter.database == "mysql":
        server = mariadb_server()
        url = f"mysql://trivet:trivet@127.0.0.1:{server.port}/mysql"
        return DatabaseServer(url, server, "SHOW DATABASES;")
    return DatabaseServer()


def run_its_tests(
    project: Project, server: DatabaseServer, *options: str, **settings: str
) -> str:
    """Run a project's tests, in which deprecations are errors; return the output."""
    warnings = [part for each in DEPRECATIONS.split(",") for part in ("-W", each)]
    command = [project.python, *warnings, "-m", "pytest", "-q", *options]
    if server.url:
        settings["TEST_DATABASE_URL"] = server.url
    environment = project.environment(**settings)
    return run(command, project.directory, environment, seconds=1200)


@pytest.mark.starters(RUNNABLE, OWN_TESTS_IN_BIN_TEST)
def test_its_tests_pass_cover_its_code_and_change_no_databases(
    project: Project, tmp_path: Path
) -> None:
    """Run the tests on the database that the project is for.

    The same code runs on every database, so its coverage is measured on SQLite.
    """
    on_sqlite = project.starter.database == "sqlite"
    if on_sqlite:
        project.poe("seed")
        before = development_data(project)
        assert any(rows for name, rows in before.items() if "item" in name)
    other = tmp_path / "other.sqlite3"
    coverage = ["--cov", "--cov-precision=2"] if on_sqlite else ["--no-cov"]
    # What the developer's terminal happens to have set changes nothing.
    settings = {
        "DATABASE_URL": f"sqlite:///{other}",
        "ALLOWED_HOSTS": "other.example",
        "FORCE_HTTPS": "true",
        "MAX_BODY_BYTES": "10",
    }
    server = database_for_tests(project)
    databases = server.names()

    output = run_its_tests(project, server, *coverage, **settings)

    assert count_passed(output) > 5
    if on_sqlite:
        (covered,) = re.findall(r"^TOTAL .* ([\d.]+)%$", output, re.MULTILINE)
        assert float(covered) >= 95
        assert development_data(project) == before
    assert not other.exists(), "the database in DATABASE_URL was used"
    assert server.names() == databases, "a database is left on the server"


@pytest.mark.thorough
@pytest.mark.long
@pytest.mark.parametrize("starter", USE_CASES_ON_POSTGRESQL, ids=str)
def test_its_tests_pass_on_postgresql(
    starter: Starter, template_repo: Path, tmp_path: Path
) -> None:
    """Its tests need no setup: they create their database."""
    render_starter(starter, tmp_path / "project", template_repo)
    project = sync(starter, tmp_path / "project")
    output = run_its_tests(project, database_for_tests(project), "--no-cov")
    assert count_passed(output) > 5


@pytest.mark.starters(SMALL_ON_SERVERS)
def test_its_tests_run_on_the_server_in_test_database_url(project: Project) -> None:
    url = f"{project.starter.database}://somebody:unused@127.0.0.1:{free_port()}/none"
    command = [project.python, "-m", "pytest", "-q", "-x"]
    environment = project.environment(TEST_DATABASE_URL=url)
    output = run(command, project.directory, environment, check=False)
    assert re.search(r"\d+ (error|failed)", output), output


@pytest.mark.starters(SMALL_ON_SERVERS)
def test_its_tests_need_no_database_server(project: Project) -> None:
    """Some of its tests are enough: all get their database in the same way."""
    assert count_passed(project.poe("test", "tests/items", "--no-cov")) > 5


@pytest.mark.starters(RUNNABLE)
def test_deprecations_are_errors_in_the_running_server(project: Project) -> None:
    database = project.new_database()
    with running_server(project, database.url, PYTHONWARNINGS=DEPRECATIONS) as service:
        headers = {"Host": "service.example", "X-Forwarded-Proto": "https"}
        base = f"http://127.0.0.1:{service.port}"
        with httpx2.Client(base_url=base, headers=headers, trust_env=False) as client:
            pages = ("/", "/items/", "/shop/catalogue/", "/no/such/thing")
            for path in ("/readyz", "/api/v1/items", *pages):
                assert client.get(path).status_code in {200, 302, 303, 401, 404}
            client.post("/api/v1/items", json={"name": "New", "price": "1.00"})
        assert "Warning" not in service.output


@pytest.mark.starters(FULL)
def test_every_foreign_key_has_an_index(project: Project) -> None:
    """Without one, deleting a user reads all rows of the other table."""
    missing, count = [], 0
    path = project.development_database
    with contextlib.closing(sqlite3.connect(path)) as database:
        for (table,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall():
            keys = {
                row[3] for row in database.execute(f"PRAGMA foreign_key_list({table})")
            }
            columns = database.execute(f"PRAGMA table_info({table})").fetchall()
            indexed = {row[1] for row in columns if row[5] == 1}  # the primary key
            for index in database.execute(f"PRAGMA index_list({table})").fetchall():
                columns = database.execute(f"PRAGMA index_info({index[1]})").fetchall()
                indexed.add(columns[0][2])
            missing += [f"{table}.{key}" for key in sorted(keys - indexed)]
            count += len(keys)
    assert count
    assert not missing


@pytest.mark.starters(BARE)
def test_repeating_the_setup_changes_nothing(project: Project) -> None:
    before = development_data(project)
    project.poe("setup")
    assert development_data(project) == before


@pytest.mark.starters([*FULL, *BARE, *SMALL_ON_POSTGRESQL])
def test_its_development_server_needs_no_settings(project: Project) -> None:
    if project.starter.database != "sqlite":
        project.poe("setup")  # the first one was on the server
    with development_server(project) as service:
        base = f"http://127.0.0.1:{service.port}"
        with httpx2.Client(base_url=base, trust_env=False) as client:
            assert client.get("/healthz").status_code == 200
            assert client.get("/readyz").status_code == 200
            if "api" in project.starter.features:
                listed = client.get("/api/v1/items")
                if "accounts" in project.starter.features:
                    assert listed.status_code == 401
                else:
                    assert "items" in listed.json()
                assert client.get("/api/docs").status_code == 200
            if {"accounts", "realtime"} <= {*project.starter.features}:
                # Not 404, as from a server that cannot send events.
                assert client.get("/api/v1/events").status_code == 401
            if "pages" in project.starter.features:
                page = client.get("/items/", follow_redirects=True)
                assert page.status_code == 200
                (style, *_) = re.findall(r'href="(/[^"]+\.css[^"]*)"', page.text)
                assert client.get(style).status_code == 200


@pytest.fixture(scope="session")
def changed_development_server(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Run the development server of a copy with a .env file and without tables."""
    directory = tmp_path_factory.mktemp("changed") / "project"
    shutil.copytree(project.directory, directory)
    (directory / ".env").write_text("ALLOWED_HOSTS=only.example\n")
    copy = Project(project.starter, directory, project.environment_directory)
    copy.development_database.unlink()
    with development_server(copy) as service:
        yield service


@pytest.mark.starters(FULL)
def test_settings_in_dotenv_apply_in_development(
    changed_development_server: Service,
) -> None:
    address = f"http://127.0.0.1:{changed_development_server.port}/no/such/thing"
    with httpx2.Client(trust_env=False) as client:
        assert client.get(address).status_code == 400
        # There are no tables, so this need not succeed.
        assert client.get(address, headers={"Host": "only.example"}).status_code != 400


# Flask is served by another program with realtime.
@pytest.mark.starters([*FULL, alone("flask", "api")])
def test_the_debug_page_of_the_framework_shows_errors_in_development(
    changed_development_server: Service,
) -> None:
    base = f"http://127.0.0.1:{changed_development_server.port}"
    headers = {"Host": "only.example", "Accept": "text/html"}
    with httpx2.Client(base_url=base, headers=headers, trust_env=False) as client:
        if "accounts" in changed_development_server.project.starter.features:
            form = {"username": "ada@example.org", "password": "tea at four o'clock"}
            response = client.post("/api/v1/auth/token", data=form)
        else:
            response = client.get("/api/v1/items")
    assert response.status_code == 500
    assert "no such table" in response.text
    assert "Traceback" in response.text


@pytest.mark.starters([alone("flask", "api")])
def test_the_flask_command_has_no_debugger_in_production(project: Project) -> None:
    settings = project.production_settings(project.new_database().url)
    command = [project.python, "-m", "flask", "--app", "app.wsgi", "run", "--debug"]
    port = free_port()
    settings |= {"FLASK_SKIP_DOTENV": "1", "FLASK_RUN_PORT": str(port)}
    service = start(project, settings, command)
    headers = {"Host": HOST, "X-Forwarded-Proto": "https"}
    try:
        end = time.monotonic() + BOOT_SECONDS
        while not answers_healthz(port):
            assert time.monotonic() < end, service.output
            time.sleep(0.05)
        address = f"http://127.0.0.1:{port}/console"
        response = httpx2.get(address, headers=headers, trust_env=False)
        assert response.status_code == 404
        assert "Debug mode: off" in service.output
    finally:
        end_process(service.process)


@pytest.mark.starters(BARE)
def test_a_dotenv_file_of_the_parent_folder_is_not_read(
    project: Project, tmp_path: Path
) -> None:
    directory = shutil.copytree(project.directory, tmp_path / "parent/project")
    copy = Project(project.starter, directory, project.environment_directory)
    copy.development_database.unlink()
    other = tmp_path / "other.sqlite3"
    settings = (
        f"DATABASE_URL=sqlite:///{other.as_posix()}\nALLOWED_HOSTS=other.example\n"
        f"SECRET_KEY={SECRET}\n"
    )
    (tmp_path / "parent/.env").write_text(settings)

    copy.poe("setup")

    assert development_data(copy)
    assert not other.exists()
    with development_server(copy) as service:
        base = f"http://127.0.0.1:{service.port}"
        assert httpx2.get(f"{base}/no/such/thing", trust_env=False).status_code == 404
    commands = [["-m", "app"], ["-m", "flask", "--app", "app.wsgi", "db", "upgrade"]]
    for command in commands[: 2 if project.starter.framework == "flask" else 1]:
        environment = project.system_settings()
        output = run([project.python, *command], directory, environment, check=False)
        assert re.search(r"SECRET_KEY|parent/\.env", output), output
    assert not other.exists()


@pytest.mark.starters(FULL)
def test_its_server_refuses_to_start_with_an_empty_environment(
    project: Project,
) -> None:
    entry_point = ENTRY_POINTS[project.starter.framework]
    output = run(
        [project.python, "-c", f"import {entry_point}; print('it', 'started')"],
        project.directory,
        project.system_settings(),
        check=False,
    )
    assert "it started" not in output
    assert "SECRET_KEY" in output


@pytest.mark.thorough
@pytest.mark.starters([full("django")])
def test_djangos_deployment_check_finds_nothing(project: Project) -> None:
    """Like `poe check`, but with the settings of a server."""
    # Django asks the database whether it supports JSON, for the rows of tasks.
    settings = project.production_settings(project.new_database().url)
    command = [
        project.python,
        "manage.py",
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
    ]
    output = run(command, project.directory, settings | {"ENVIRONMENT": "production"})
    assert "no issues" in output


def find_unread_settings(project: Project, settings: str) -> set[str]:
    """Return the settings that neither Django nor an app or middleware reads."""
    nodes = [*ast.walk(ast.parse(settings))]
    names = [node for node in nodes if isinstance(node, ast.Name)]
    assigned = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    apps_and_middleware = [
        node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) in {"INSTALLED_APPS", "MIDDLEWARE"}
    ]
    packages = {
        node.value.split(".")[0]
        for node in chain(*map(ast.walk, apps_and_middleware))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    (libraries,) = project.environment_directory.glob("**/site-packages")
    defaults = (libraries / "django/conf/global_settings.py").read_text("utf-8")
    read = {*re.findall(r"(?m)^[A-Z_0-9]+\b", defaults)}
    own = {"app", "config"}
    directories = [project.directory / package for package in own]
    directories += [libraries / package for package in packages - own]
    for directory in directories:
        assert directory.is_dir()
        for path in directory.rglob("*.py"):
            if not {"test", "tests"} & {*path.relative_to(directory).parts}:
                read |= {*READS_SETTING.findall(path.read_text("utf-8"))}
    return {name for name in assigned if name.isupper()} - read - FOR_OWNERS


@pytest.mark.starters(
    [starter for starter in [*FULL, *ALONE, *BARE] if starter.framework == "django"]
)
def test_django_and_its_apps_read_every_setting(project: Project) -> None:
    """Django ignores unknown settings, such as those that it has removed."""
    settings = (project.directory / "config/settings.py").read_text("utf-8")
    assert find_unread_settings(project, settings) == set()
    removed = f'{settings}\nSTATICFILES_STORAGE = "whitenoise"\n'
    assert find_unread_settings(project, removed) == {"STATICFILES_STORAGE"}


@pytest.mark.starters(FULL)
def test_production_gets_no_development_tools(project: Project) -> None:
    command = [
        uv(),
        "export",
        "--no-dev",
        "--frozen",
        "--no-hashes",
        "--no-header",
        "--no-annotate",
    ]
    exported = run(command, project.directory, project.environment())
    names = {re.split(r"[=\[ ;]", line)[0] for line in exported.splitlines()}
    assert names
    assert not names & DEVELOPMENT_TOOLS


@pytest.mark.starters(FULL)
def test_generated_files_are_ignored_by_git(project: Project) -> None:
    found = run(["git", "status", "--porcelain"], project.directory).split("\n")
    assert {line for line in found if line} <= {"?? uv.lock", " M .python-version"}
