"""Whoever asks for something slow holds up nobody else on FastAPI's event loop."""

import contextlib
import re
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.contract.client import (
    AUTH,
    ITEMS,
    UPLOADS,
    Client,
    Person,
    credentials,
    fresh_email,
)
from tests.starters import loop_monitor
from tests.starters.harness import Project, Service, end_process, launch, run, working
from tests.starters.selection import full

pytestmark = [
    pytest.mark.thorough,  # it measures, which takes a machine that is not busy
    pytest.mark.starters([full("fastapi")]),
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux says who waited"),
]
AT_ONCE = 8
ROUNDS = 12
TRIES = 3
SIDE = 2000  # pixels


@contextlib.contextmanager
def monitored_service(project: Project) -> Iterator[Service]:
    """Boot the server of production so that it says what holds up its event loop."""
    settings = project.production_settings(
        project.new_database().url, API_DOCS="true", UPLOAD_QUOTA_BYTES=str(10**9)
    )
    settings["PYTHONPATH"] = str(project.directory)
    command = [project.python, "-P", loop_monitor.__file__]
    service = launch(project, settings, command)
    try:
        with working(project, settings):  # mails go by task
            credentials(service)
            yield service
    finally:
        end_process(service.process)


def picture() -> bytes:
    """Return a PNG that takes a while to look through."""

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
    """Return what people do: each uses one part of the service."""
    content = picture()

    def item() -> None:
        with Client(service) as client:
            made = client.create(description="text " * 190)
            client.patch(f"{ITEMS}/{made['id']}", json={"price": "2.00"})
            assert client.get(ITEMS, params={"limit": 100}).status_code == 200

    def upload() -> None:
        with Client(service) as client:
            files = {"file": ("a.png", content, "image/png")}
            sent = client.post(UPLOADS, files=files)
            assert sent.status_code == 201, sent.text

    def documents() -> None:
        with Client(service) as client:
            for path in ("/api/docs", "/api/openapi.json", "/no/such/thing"):
                client.get(path)

    def pages() -> None:
        with Client(service, Accept="text/html") as client:
            for path in ("/", "/items/", "/accounts/sign-in", "/admin/"):
                assert client.get(path).status_code < 500

    def stranger() -> None:
        with Client(service, anonymous=True) as client:
            form = {"username": fresh_email(), "password": "wrong at four o'clock"}
            refused = client.post(f"{AUTH}/token", data=form)
            assert refused.status_code in {401, 429}

    def newcomer() -> None:
        person = Person(service)
        person.join()
        person.sign_in()

    return [item, upload, documents, pages, stranger, newcomer]


def held_up(project: Project) -> list[str]:
    """Put load on all parts of a new server, and return what held it up."""
    with monitored_service(project) as service:
        people = visits(service) * ROUNDS
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for visit in [pool.submit(visit) for visit in people]:
                visit.result()
        return re.findall(rf"(?m)^{loop_monitor.HELD_UP} .*", service.output)


def test_nothing_holds_up_the_event_loop_for_20_ms(project: Project) -> None:
    """What the service does to itself it does each time; a busy machine does not."""
    found = [held_up(project)]
    while found[-1] and len(found) < TRIES:
        found.append(held_up(project))
    assert not found[-1], "\n".join(found[-1])


def test_what_holds_up_the_event_loop_would_be_noticed(
    project: Project, tmp_path: Path
) -> None:
    script = tmp_path / "sleepy.py"
    script.write_text(
        "import asyncio, time, loop_monitor\n"
        "async def sleep(): time.sleep(0.03)\n"
        "async def compute():\n"
        "    end = time.thread_time() + 0.03\n"
        "    while time.thread_time() < end: pass\n"
        "loop_monitor.watch()\n"
        "asyncio.run(sleep())\n"
        "asyncio.run(compute())\n"
        "asyncio.run(asyncio.sleep(0.03))\n",
        "utf-8",
    )
    path = {"PYTHONPATH": str(Path(loop_monitor.__file__).parent)}
    said = run([project.python, script], tmp_path, project.environment() | path)
    names = re.findall(rf"(?m)^{loop_monitor.HELD_UP} .*coro=<(\w+)", said)
    assert names == ["sleep", "compute"], said
