"""Renders, installs and runs generated projects for the slow tests."""

import atexit
import contextlib
import functools
import hashlib
import json
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from selector.project import constraints
from tests.conftest import ROOT, git, render_into
from tests.starters.databases import Database, SQLite, free_port, new_database
from tests.starters.mail_server import mail_server
from tests.starters.redis import redis_server

BOOT_SECONDS = 60
HOST = "service.example"
PROJECT_NAME = 'Tea & "Biscuits": it\'s #1 ☕'
PAYMENT_PROVIDER = "app.shop.payments.invoice.InvoiceProvider"
SECRET = "kettle-harbour-violin-meadow-quartz-lantern-pebble-71-x9"  # noqa: S105

# Variables of the developer's environment that could influence a service or a tool.
_NOT_INHERITED = re.compile(
    r"ENVIRONMENT|SECRET_KEY.*|ALLOWED_HOSTS|(TEST_)?DATABASE_URL|TRUSTED_PROXIES|CORS_ORIGINS"
    r"|MAX_UPLOAD_BYTES|UPLOAD_QUOTA_BYTES|UPLOADS_(DIR|URL)|MAX_BODY_BYTES|MAX_STREAMS_PER_USER|ADMIN_PATH|BODY_TIMEOUT_SECONDS|HSTS_SECONDS|API_DOCS|MAIL_URL|MAIL_FROM|PUBLIC_URL|PAYMENT_PROVIDER|REDIS_URL|LOG_LEVEL|HOST|PORT|WORKERS|TASK_WORKER|WORKER_CONCURRENCY"
    r"|VIRTUAL_ENV|PYTHON(PATH|HOME|WARNINGS|SAFEPATH)|PYTEST_.*|COPIER_.*|DJANGO_.*|FLASK_.*"
    r"|UV_PROJECT_ENVIRONMENT|PYENV_VERSION|GIT_(DIR|WORK_TREE|INDEX_FILE)"
)


@dataclass(frozen=True)
class Starter:
    """One combination of answers."""

    framework: str
    features: tuple[str, ...] = ()
    database: str = "sqlite"

    def __str__(self) -> str:
        return "-".join(
            [self.framework, "+".join(self.features) or "nothing", self.database]
        )


@functools.cache
def session_directory() -> Path:
    """Return a temporary directory that is deleted when the process ends."""
    directory = Path(tempfile.mkdtemp(prefix="trivet-starters-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


def developer_environment(**extra: str) -> dict[str, str]:
    """Return the environment of a terminal, without settings of any service."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not _NOT_INHERITED.fullmatch(name)
    }
    return inherited | {"NO_COLOR": "1"} | extra


def run(  # noqa: PLR0913 - the same parameters as subprocess.run
    command: Sequence[object],
    directory: Path,
    environment: Mapping[str, str] | None = None,
    *,
    seconds: float = 600,
    check: bool = True,
    typed: str = "",
) -> str:
    """Run a command and return its output. Raise AssertionError if it fails.

    `typed` is its standard input.
    """
    done = subprocess.run(
        [str(part) for part in command],
        cwd=directory,
        env=dict(environment or developer_environment()),
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=seconds,
        check=False,
    )
    if check and done.returncode:
        line = " ".join(map(str, command))
        message = f"{line} ended with {done.returncode}:\n{done.stdout}"
        raise AssertionError(message)
    return done.stdout


def uv() -> str:
    """Find uv: the variable UV, or the PATH."""
    program = os.environ.get("UV") or shutil.which("uv")
    if not program:
        message = (
            "uv is neither on the PATH nor in the variable UV; bin/test installs it"
        )
        raise RuntimeError(message)
    return program


@dataclass
class Project:
    """A rendered and installed project."""

    starter: Starter
    directory: Path
    environment_directory: Path
    migrated_database: Database | None = field(default=None, repr=False)

    @property
    def python(self) -> Path:
        windows = sys.platform == "win32"
        return self.environment_directory / (
            "Scripts/python.exe" if windows else "bin/python"
        )

    def environment(self, **settings: str) -> dict[str, str]:
        """Return an environment in which this project's tools are found."""
        return developer_environment(
            UV_PROJECT_ENVIRONMENT=str(self.environment_directory),
            VIRTUAL_ENV=str(self.environment_directory),
            # Projects of a framework use the same packages.
            MYPY_CACHE_DIR=str(session_directory() / "mypy" / self.starter.framework),
            **settings
            | {"PATH": os.pathsep.join([str(self.python.parent), os.environ["PATH"]])},
        )

    def poe(self, *arguments: str, typed: str = "", **settings: str) -> str:
        """Run one of the project's own tasks."""
        return run(
            [self.python.parent / "poe", *arguments],
            self.directory,
            self.environment(**settings),
            typed=typed,
        )

    @property
    def sends_mail(self) -> bool:
        return bool({"accounts", "mail"} & set(self.starter.features))

    @property
    def needs_redis(self) -> bool:
        # Django's workers look for tasks in the database.
        by_tasks = self.has_tasks and self.starter.framework != "django"
        return by_tasks or "cache" in self.starter.features

    @property
    def has_shop(self) -> bool:
        return "shop" in self.starter.features

    @property
    def has_tasks(self) -> bool:
        return "tasks" in self.starter.features

    def production_settings(self, database_url: str, **settings: str) -> dict[str, str]:
        """Return the complete environment of a production server."""
        return {
            **self.system_settings(),
            "SECRET_KEY": SECRET,
            "ALLOWED_HOSTS": HOST,
            "DATABASE_URL": database_url,
            "TRUSTED_PROXIES": "127.0.0.1",
            "BODY_TIMEOUT_SECONDS": "2",
            **(
                {"MAIL_URL": mail_server().url, "PUBLIC_URL": f"https://{HOST}"}
                if self.sends_mail
                else {}
            ),
            **(
                {"REDIS_URL": redis_server().new_database()} if self.needs_redis else {}
            ),
            **({"PAYMENT_PROVIDER": PAYMENT_PROVIDER} if self.has_shop else {}),
            **settings,
        }

    def system_settings(self) -> dict[str, str]:
        """Return the variables that a machine sets, without those of the service."""
        names = ("PATH", "HOME", "TMPDIR", "SYSTEMROOT", "LANG")
        return {name: os.environ[name] for name in names if name in os.environ}

    @property
    def development_database(self) -> Path:
        """The SQLite file of the project, for any answer about the database."""
        found = [
            path
            for path in self.directory.rglob("*")
            if path.suffix in {".sqlite3", ".db", ".sqlite"}
            and not any(
                part.startswith(".") for part in path.relative_to(self.directory).parts
            )
        ]
        assert len(found) == 1, found
        return found[0]

    def keep_migrated_database(self) -> None:
        """Copy the empty database of the setup: migrating another takes seconds."""
        database = SQLite(self.directory.parent / "databases")
        database.load(self.development_database)
        self.migrated_database = database

    def empty_database(self) -> Database:
        """Create a database of the project's kind, without tables."""
        return new_database(self.starter.database, self.directory.parent / "databases")

    def new_database(self) -> Database:
        """Create a migrated database of the project's kind."""
        if self.migrated_database is None:
            database = self.empty_database()
            settings = self.production_settings(database.url, ENVIRONMENT="production")
            self.poe("-q", "migrate", **settings)
            self.migrated_database = database
        return self.migrated_database.clone()


def dependency_key(directory: Path) -> str:
    """Return a hash of the dependencies: equal ones share an environment."""
    configuration = tomllib.loads((directory / "pyproject.toml").read_text("utf-8"))
    facts = [
        configuration["project"].get(name)
        for name in ("requires-python", "dependencies")
    ] + [configuration.get("dependency-groups")]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def choose_python(directory: Path) -> None:
    """Change .python-version to an installed version if its version is missing."""
    found = [uv(), "python", "find", "--no-python-downloads"]
    with contextlib.suppress(AssertionError):
        run(found, directory)
        return
    requires = tomllib.loads((directory / "pyproject.toml").read_text("utf-8"))[
        "project"
    ]
    python = run(
        [*found, "--no-project", requires["requires-python"]], directory.parent
    ).strip()
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    version = run([python, "-c", code], directory.parent)
    (directory / ".python-version").write_text(version)


_locks: dict[str, bytes] = {}


def sync(starter: Starter, directory: Path) -> Project:
    """Install the packages of a rendered project, as `uv sync` does."""
    choose_python(directory)
    key = dependency_key(directory)
    project = Project(starter, directory, session_directory() / "environments" / key)
    if key in _locks:
        (directory / "uv.lock").write_bytes(_locks[key])
    else:  # at the versions that `trivet new` installs
        file = ROOT / constraints.constraints_path(starter.framework)
        tested = constraints.parse_constraints(file.read_text("utf-8"))
        locked = constraints.lock(directory, tested)
        assert locked.ok, locked.stderr
    run([uv(), "sync", "--quiet"], directory, project.environment())
    _locks.setdefault(key, (directory / "uv.lock").read_bytes())
    return project


def install(starter: Starter, directory: Path, **settings: str) -> Project:
    """Install a rendered project as its README says: `uv sync`, then `poe setup`."""
    project = sync(starter, directory)
    project.poe("setup", **settings)
    return project


def install_on_server(starter: Starter, directory: Path, **settings: str) -> Project:
    """Install a project, and set up its database on the server that it is for."""
    project = sync(starter, directory)
    database = project.empty_database()
    project.poe("setup", DATABASE_URL=database.url, **settings)
    project.migrated_database = database
    return project


def render_starter(starter: Starter, directory: Path, template: Path) -> None:
    """Render a project, and commit it."""
    answers = {
        "project_name": PROJECT_NAME,
        "known_framework": starter.framework,
        "features": list(starter.features),
        "database": starter.database,
    }
    render_into(directory, template=template, answers=answers)
    git("init", "--quiet", cwd=directory)
    git("add", "--all", cwd=directory)
    git("commit", "--quiet", "--message=Start", cwd=directory)


@functools.cache
def install_starter(starter: Starter, template: Path, shared: Path) -> Project:
    """Render and install one project, once for each process of the test run.

    shared  a directory of all processes. The first one that needs a project leaves a
            copy of it there, since setting up a large project takes most of a minute.
    """
    directory = session_directory() / str(starter) / "project"
    first = shared / "starters" / str(starter)
    first.parent.mkdir(exist_ok=True)
    with FileLock(f"{first}.lock"):
        if not first.exists():
            render_starter(starter, directory, template)
            # Wagtail stores the address of the site when the database is migrated.
            has_cms = "cms" in starter.features
            settings = {"PUBLIC_URL": f"https://{HOST}"} if has_cms else {}
            on_server = starter.database != "sqlite"
            set_up = install_on_server if on_server else install
            project = set_up(starter, directory, **settings)
            shutil.copytree(directory, first)
        else:
            shutil.copytree(first, directory)
            lock = (directory / "uv.lock").read_bytes()
            _locks.setdefault(dependency_key(directory), lock)
            project = sync(starter, directory)
    if starter.database == "sqlite":
        project.keep_migrated_database()
    return project


class BootError(AssertionError):
    """A server did not start."""


@dataclass
class Service:
    """A running server or worker."""

    project: Project
    process: subprocess.Popen[bytes]
    port: int
    output_path: Path
    settings: Mapping[str, str]
    # The headers of a signed-in user, and when that user signed in.
    credentials: dict[str, str] = field(default_factory=dict)
    signed_in: float = -math.inf
    started: float = field(default_factory=time.time)

    @property
    def output(self) -> str:
        """The output of the server until now, of both streams."""
        return self.output_path.read_text("utf-8", errors="replace")

    def stop(self, seconds: float = 40) -> int:
        """Send SIGTERM, wait, and return the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            message = f"still running {seconds} s after SIGTERM:\n{self.output}"
            raise AssertionError(message) from None


def answers_healthz(port: int) -> bool:
    """Send a health check as a load balancer does: by plain HTTP and IP address."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            answer = b""
            while data := connection.recv(4096):
                answer += data
    except OSError:
        return False
    return answer.split(b" ", 2)[1:2] == [b"200"]


def start(
    project: Project, environment: Mapping[str, str], command: Sequence[object]
) -> Service:
    """Start a process of the project in the background."""
    port = free_port()
    settings = {**environment, "PORT": str(port)}
    number = len(list(project.directory.parent.glob("output-*")))
    output_path = project.directory.parent / f"output-{number}.log"
    with output_path.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=project.directory,
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=sys.platform != "win32",
        )
    atexit.register(end_process, process)
    return Service(project, process, port, output_path, settings)


def launch(
    project: Project, environment: Mapping[str, str], command: Sequence[object]
) -> Service:
    """Start a server of the project and wait until it answers."""
    service = start(project, environment, command)
    process, end = service.process, time.monotonic() + BOOT_SECONDS
    while not answers_healthz(service.port):
        if process.poll() is not None or time.monotonic() > end:
            code = process.poll()
            end_process(process)
            message = f"{project.starter} did not answer /healthz (exit code {code}):\n"
            raise BootError(message + service.output)
        time.sleep(0.05)
    return service


def end_process(process: subprocess.Popen[bytes]) -> None:
    """Kill a server and the processes that it has started."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def running_service(
    project: Project, database_url: str, **settings: str
) -> Iterator[Service]:
    """Run the production server, and a worker if the project has tasks."""
    with contextlib.ExitStack() as stack:
        service = stack.enter_context(running_server(project, database_url, **settings))
        if project.has_tasks:
            stack.enter_context(running_worker(project, service.settings))
        yield service


@contextlib.contextmanager
def running_server(
    project: Project, database_url: str, **settings: str
) -> Iterator[Service]:
    """Run the production server without a worker."""
    environment = project.production_settings(database_url, **settings)
    service = launch(project, environment, [project.python, "-m", "app"])
    try:
        yield service
    finally:
        end_process(service.process)


@contextlib.contextmanager
def running_worker(
    project: Project, environment: Mapping[str, str]
) -> Iterator[Service]:
    """Run a worker with the settings of a server."""
    worker = start(project, environment, [project.python, "-m", "app.tasks"])
    try:
        yield worker
    finally:
        end_process(worker.process)


@contextlib.contextmanager
def development_server(project: Project) -> Iterator[Service]:
    """Run `poe dev` with no setting except a free port."""
    command = [project.python.parent / "poe", "dev"]
    service = launch(project, project.environment(), command)
    try:
        yield service
    finally:
        # The task starts separate process groups, which only the task can end.
        with contextlib.suppress(AssertionError):
            service.stop()
        end_process(service.process)
