"""Report what blocks the event loop of a FastAPI service under load.

All features are on, and eight clients use all of them at the same time. Only Linux
reports how long a thread waited.

.venv/bin/python -m benchmarks.event_loop [ATTEMPTS]
"""

import contextlib
import re
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from benchmarks._services import PROGRAMS, install_project
from tests.contract.client import (
    AUTH,
    ITEMS,
    UPLOADS,
    Client,
    Person,
    credentials,
    database_with_members,
    unique_email,
)
from tests.starters.harness import (
    Project,
    Service,
    end_process,
    launch,
    run,
    running_worker,
)
from tests.starters.selection import full

MONITOR = PROGRAMS / "loop_monitor.py"
BLOCKED = "blocked"  # as the monitor reports it
CLIENTS = 8
ROUNDS = 12
ATTEMPTS = 3
SIDE = 2000  # pixels


@contextlib.contextmanager
def monitored_service(project: Project) -> Iterator[Service]:
    """Start the production server so that it reports what blocks its event loop."""
    settings = project.production_settings(
        database_with_members(project).url,
        API_DOCS="true",
        UPLOAD_QUOTA_BYTES=str(10**9),
    )
    settings["PYTHONPATH"] = str(project.directory)
    command = [project.python, "-P", MONITOR]
    service = launch(project, settings, command)
    try:
        with running_worker(project, settings):  # tasks send the emails
            credentials(service)
            yield service
    finally:
        end_process(service.process)


def picture() -> bytes:
    """Return a PNG that takes long to check."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(SIDE * (3 * SIDE + 1)), 0)[: 9 * 1024 * 1024]
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def visits(service: Service) -> list[Callable[[], object]]:
    """Return actions of users; each uses another part of the service."""
    content = picture()

    def item() -> None:
        with Client(service) as client:
            made = client.create(description="text " * 190)
            client.patch(f"{ITEMS}/{made['id']}", json={"price": "2.00"})
            client.get(ITEMS, params={"limit": 100}).raise_for_status()

    def upload() -> None:
        with Client(service) as client:
            files = {"file": ("a.png", content, "image/png")}
            client.post(UPLOADS, files=files).raise_for_status()

    def documents() -> None:
        with Client(service) as client:
            for path in ("/api/docs", "/api/openapi.json", "/no/such/thing"):
                client.get(path)

    def pages() -> None:
        with Client(service, Accept="text/html") as client:
            for path in ("/", "/items/", "/accounts/sign-in", "/admin/"):
                client.get(path)

    def failing_sign_in() -> None:
        with Client(service, anonymous=True) as client:
            form = {"username": unique_email(), "password": "wrong at four o'clock"}
            client.post(f"{AUTH}/token", data=form)

    def registration() -> None:
        person = Person(service)
        person.register_and_confirm()
        person.sign_in()

    return [item, upload, documents, pages, failing_sign_in, registration]


def find_blocks(project: Project) -> list[str]:
    """Put load on all features of a new server, and return what blocked it."""
    with monitored_service(project) as service:
        people = visits(service) * ROUNDS
        with ThreadPoolExecutor(CLIENTS) as pool:
            for visit in [pool.submit(visit) for visit in people]:
                visit.result()
        return re.findall(rf"(?m)^{BLOCKED} .*", service.output)


def check_monitor(project: Project) -> None:
    """Check that the monitor notices what sleeps and what computes, and only that."""
    script = (
        "import asyncio, time, loop_monitor\n"
        "async def sleep(): time.sleep(0.03)\n"
        "async def compute():\n"
        "    end = time.thread_time() + 0.03\n"
        "    while time.thread_time() < end: pass\n"
        "loop_monitor.watch()\n"
        "asyncio.run(sleep())\n"
        "asyncio.run(compute())\n"
        "asyncio.run(asyncio.sleep(0.03))\n"
    )
    environment = project.environment() | {"PYTHONPATH": str(PROGRAMS)}
    output = run([project.python, "-c", script], project.directory, environment)
    names = re.findall(rf"(?m)^{BLOCKED} .*coro=<(\w+)", output)
    if names != ["sleep", "compute"]:
        sys.exit(f"The monitor does not notice what blocks:\n{output}")


def main() -> int:
    """Measure, print, and return the exit code.

    Code that blocks does so in each attempt; a busy machine does not.
    """
    attempts = int(sys.argv[1]) if len(sys.argv) > 1 else ATTEMPTS
    if sys.platform != "linux":
        sys.exit("Only Linux reports how long a thread waited.")
    blocks = ["not measured"]
    with install_project(full("fastapi")) as project:
        check_monitor(project)
        for _ in range(attempts):
            blocks = find_blocks(project)
            print(f"blocked for more than 20 ms: {len(blocks)} times")
            print("\n".join(blocks))
            if not blocks:
                break
    return 1 if blocks else 0


if __name__ == "__main__":
    sys.exit(main())
