"""Compare the list of items with and without 1,000 idle streams and 200 WebSockets.

.venv/bin/python -m benchmarks.idle_connections [ROUNDS]
"""

import contextlib
import resource
import statistics
import sys
from collections.abc import Iterator

from benchmarks._services import SERVER_CORE, install_project, pin
from tests.contract.client import (
    ITEMS,
    Client,
    RawConnection,
    database_with_members,
    request_head,
)
from tests.contract.test_realtime import EVENTS, upgrade
from tests.starters.harness import Service, running_service
from tests.starters.selection import full

STREAMS, WEBSOCKETS = 1000, 200
OPEN_FILES = 4000
REQUESTS = 300
ROWS = 20
MAX_RATIO = 1.5


def median_milliseconds(client: Client) -> float:
    """Return the median of what a list of items takes."""
    times = []
    for _ in range(REQUESTS):
        response = client.get(ITEMS)
        response.raise_for_status()
        times.append(response.elapsed.total_seconds() * 1000)
    return statistics.median(times)


@contextlib.contextmanager
def idle_connections(service: Service) -> Iterator[None]:
    """Keep streams and WebSockets open."""
    with contextlib.ExitStack() as connections:
        for request in [request_head("GET", EVENTS)] * STREAMS + [
            upgrade()
        ] * WEBSOCKETS:
            connection = connections.enter_context(RawConnection(service))
            connection.send(request)
            start = connection.socket.recv(12)
            if start not in {b"HTTP/1.1 200", b"HTTP/1.1 101"}:
                sys.exit(f"A connection was not opened: {start!r}")
        yield


def main() -> int:
    """Measure, print, and return the exit code."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < OPEN_FILES:
        sys.exit(f"This needs {OPEN_FILES} open files; `ulimit -Hn` is {hard}.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, OPEN_FILES), hard))
    limits = {"MAX_STREAMS_PER_USER": str(2 * STREAMS)}
    ratios = []
    with (
        install_project(full("fastapi")) as project,
        running_service(
            project, database_with_members(project).url, **limits
        ) as service,
        Client(service) as client,
    ):
        pin(service.process.pid, SERVER_CORE)
        for _ in range(ROWS):
            client.create()
        median_milliseconds(client)
        for _ in range(rounds):
            without = median_milliseconds(client)
            with idle_connections(service):
                while_open = median_milliseconds(client)
            ratios.append(while_open / without)
            print(f"{without:.2f} ms, with idle connections {while_open:.2f} ms")
    ratio = statistics.median(ratios)
    print(f"ratio {ratio:.2f}, at most {MAX_RATIO}")
    return 0 if ratio <= MAX_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
