"""Start services of generated projects, to be measured, and put load on them."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import git
from tests.starters.databases import PostgreSQL
from tests.starters.harness import (
    Project,
    Service,
    Starter,
    end_process,
    install_starter,
    launch,
    run,
    uv,
)

ROOT = Path(__file__).parent.parent
PROGRAMS = Path(__file__).parent / "programs"
CONNECTIONS = 32
SERVER_CORE, OTHER_CORE = 0, 1


@contextlib.contextmanager
def install_project(starter: Starter) -> Iterator[Project]:
    """Render the committed template, and install the project."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder, "template")
        git("clone", "--quiet", str(ROOT), str(template), cwd=ROOT)
        yield install_starter(starter, template, Path(folder))


def remove_development_dependencies(project: Project) -> None:
    """Leave the packages that the project's Dockerfile installs."""
    command = [uv(), "sync", "--quiet", "--locked", "--no-dev"]
    run(command, project.directory, project.environment())


@contextlib.contextmanager
def serve(
    project: Project, arguments: Sequence[object], settings: Mapping[str, str]
) -> Iterator[Service]:
    """Start the project's Python with these arguments, on one processor."""
    service = launch(project, settings, [project.python, *arguments])
    pin(service.process.pid, SERVER_CORE)
    try:
        yield service
    finally:
        end_process(service.process)


def find_processes(process_id: int) -> Iterator[int]:
    """Yield a process, and the processes that it has started."""
    yield process_id
    for thread in Path(f"/proc/{process_id}/task").iterdir():
        for child in (thread / "children").read_text("utf-8").split():
            yield from find_processes(int(child))


def pin(process_id: int, core: int) -> None:
    """Let a process and its children run on one processor, if there are several."""
    if sys.platform == "linux" and (os.cpu_count() or 1) > 1:
        for process in find_processes(process_id):
            for thread in Path(f"/proc/{process}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {core})


def direct_url(database: PostgreSQL) -> str:
    """Return the URL of the server itself: the tests' relay in between is slow."""
    return (
        f"postgresql://{database.credentials}@127.0.0.1:{database.server.port}"
        f"/{database.name}"
    )


def resident_megabytes(service: Service) -> float:
    """Return the memory of a server, or of its worker if that is another process."""
    sizes = []
    for process in find_processes(service.process.pid):
        status = Path(f"/proc/{process}/status").read_text("utf-8")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        sizes += [int(found[1]) / 1024] if found else []
    return max(sizes)


@dataclass
class Load:
    """What wrk measured: requests a second, and the 99th percentile in ms."""

    rate: float
    slowest_percent: float


def put_load(
    service: Service, path: str, headers: Mapping[str, str], seconds: int
) -> Load:
    """Send as many requests as are answered, all from one other processor."""
    wrk = shutil.which("wrk")
    if wrk is None:
        sys.exit("wrk is not installed: apt-get install wrk, or brew install wrk.")
    taskset = shutil.which("taskset")
    several = (os.cpu_count() or 1) > 1
    pinned = [taskset, "-c", str(OTHER_CORE)] if taskset and several else []
    sent = [word for pair in headers.items() for word in ("-H", ": ".join(pair))]
    command = [
        *pinned,
        *(wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"),
        *sent,
        f"http://127.0.0.1:{service.port}{path}",
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    slowest = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout)
    if not rate or not slowest or "Non-2xx" in done.stdout:
        sys.exit(f"{service.process.args!r} failed under load:\n{done.stdout}")
    unit = {"us": 0.001, "ms": 1.0, "s": 1000.0}[slowest[2]]
    return Load(float(rate[1]), float(slowest[1]) * unit)
