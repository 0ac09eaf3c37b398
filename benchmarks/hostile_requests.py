"""Compare hostile requests with valid ones on each route of a FastAPI service.

The requests are those of tests/contract/test_fuzz.py.

.venv/bin/python -m benchmarks.hostile_requests
"""

import statistics
import sys
import time
from collections import defaultdict

from benchmarks._services import SERVER_CORE, install_project, pin
from tests.contract.differences import CONVENTIONS
from tests.contract.test_fuzz import VALID, Request, all_requests, failure
from tests.starters.harness import Service, running_service
from tests.starters.selection import full

REPEATS = 5
# A mebibyte of JSON or of a form takes some milliseconds to read and to parse.
MAX_EXTRA_MILLISECONDS = 100.0


def milliseconds(service: Service, request: Request) -> float:
    """Return how long the answer to a request takes."""
    start = time.perf_counter()
    if found := failure(service, request):
        sys.exit(found)
    return (time.perf_counter() - start) * 1000


def main() -> int:
    """Measure, print, and return the exit code."""
    valid: dict[str, float] = {}
    slowest: dict[str, tuple[float, str]] = defaultdict(lambda: (0.0, ""))
    with install_project(full("fastapi")) as project:
        url = project.new_database().url
        with running_service(project, url, API_DOCS="true") as service:
            pin(service.process.pid, SERVER_CORE)
            for request in all_requests(service, url, CONVENTIONS["fastapi"]):
                route = request.route
                taken = milliseconds(service, request)
                if request.input == VALID:
                    repeats = [milliseconds(service, request) for _ in range(REPEATS)]
                    valid[route] = statistics.median(repeats)
                elif taken > slowest[route][0]:
                    # What is slow each time is due to the request.
                    again = [milliseconds(service, request) for _ in range(REPEATS)]
                    slowest[route] = max(slowest[route], (min(again), str(request)))
    exceeded = 0
    for route in sorted(valid):
        taken, name = slowest[route]
        line = f"{route:45} {valid[route]:7.1f} ms, slowest {taken:7.1f} ms ({name})"
        if taken - valid[route] > MAX_EXTRA_MILLISECONDS:
            line += "  EXCEEDED"
            exceeded = 1
        print(line)
    return exceeded


if __name__ == "__main__":
    sys.exit(main())
