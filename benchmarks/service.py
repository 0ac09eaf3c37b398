"""Compare a FastAPI service with bare FastAPI, and with the simplest equal work.

All list 20 of 500 items on PostgreSQL, in alternating rounds.

.venv/bin/python -m benchmarks.service [ROUNDS]
"""

import contextlib
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks._services import (
    PROGRAMS,
    direct_url,
    install_project,
    pin,
    put_load,
    remove_development_dependencies,
    resident_megabytes,
    serve,
)
from tests.contract.client import ITEMS, Person
from tests.starters.databases import PostgreSQL
from tests.starters.harness import HOST, Project, Service, Starter
from tests.starters.selection import with_dependencies

SECONDS = 4
ROWS = 500
STARTER, BARE, EQUAL_WORK = "starter", "bare FastAPI", "equal work"
FAST, SMALL = "at least", "at most"


@dataclass
class Series:
    """The figures of each round."""

    rates: list[float] = field(default_factory=list)
    slowest_percents: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)


Figures = Callable[[Series], list[float]]
# Figure, compared with which program, and the limit of its ratio.
Limit = tuple[str, Figures, str, str, float]
RATE: tuple[str, Figures] = ("rate", lambda series: series.rates)
MEMORY: tuple[str, Figures] = ("memory", lambda series: series.megabytes)
SLOWEST: tuple[str, Figures] = ("p99", lambda series: series.slowest_percents)
ANONYMOUS: list[Limit] = [
    (*RATE, BARE, FAST, 0.85),
    (*RATE, EQUAL_WORK, FAST, 0.90),
    (*MEMORY, BARE, SMALL, 1.2),
    (*SLOWEST, BARE, SMALL, 1.2),
]
WITH_TOKEN: list[Limit] = [(*RATE, EQUAL_WORK, FAST, 0.90)]


def add_items(database: PostgreSQL, owner: str = "") -> None:
    """Write the rows that are listed."""
    column, value = (", owner_id", f", '{owner}'") if owner else ("", "")
    database.execute(
        "INSERT INTO items"  # noqa: S608 - the id comes from the service
        f" (id, name, description, price, created_at, updated_at{column})"
        " SELECT gen_random_uuid(), 'Item ' || n, 'A description of item ' || n, 9.00,"
        f" now() + n * interval '1 s', now(){value} FROM generate_series(1, {ROWS}) n"
    )
    database.execute("ANALYZE items")


def measure(
    services: Mapping[str, Service], headers: Mapping[str, str], rounds: int
) -> dict[str, Series]:
    """Put load on one service after the other; the first round warms them up."""
    measured = {name: Series() for name in services}
    for number in range(rounds + 1):
        for name, service in services.items():
            load = put_load(service, ITEMS, headers, SECONDS if number else 1)
            if number:
                measured[name].rates.append(load.rate)
                measured[name].slowest_percents.append(load.slowest_percent)
                measured[name].megabytes.append(resident_megabytes(service))
    return measured


def report(measured: Mapping[str, Series], limits: list[Limit]) -> bool:
    """Print medians and ratios; return whether all limits are kept."""
    for name, series in measured.items():
        rate, slowest, memory = map(
            statistics.median,
            (series.rates, series.slowest_percents, series.megabytes),
        )
        figures = f"{rate:7.0f} requests/s, p99 {slowest:6.1f} ms, {memory:5.0f} MB"
        print(f"{name:14} {figures}")
    kept = True
    for label, figures_of, base, kind, limit in limits:
        pairs = zip(
            figures_of(measured[STARTER]), figures_of(measured[base]), strict=True
        )
        ratio = statistics.median(one / other for one, other in pairs)
        is_kept = ratio >= limit if kind == FAST else ratio <= limit
        missed = "" if is_kept else "  MISSED"
        print(f"  {label}: {ratio:.2f} of {base}, {kind} {limit}{missed}")
        kept = kept and is_kept
    return kept


def compare(project: Project, rounds: int, programs: Mapping[str, Path | None]) -> bool:
    """Measure a project and the programs that use its database and packages."""
    accounts = "accounts" in project.starter.features
    database = project.new_database()
    if not isinstance(database, PostgreSQL):
        sys.exit(f"{project.starter} is not on PostgreSQL")
    remove_development_dependencies(project)
    pin(database.server.process.pid, 1)
    settings = project.production_settings(direct_url(database))
    headers = {"Host": HOST, "X-Forwarded-Proto": "https"}
    with contextlib.ExitStack() as stack:
        extra = {"ACCOUNTS": "1"} if accounts else {}
        services = {
            name: stack.enter_context(serve(project, program, settings | extra))
            for name, program in programs.items()
        }
        owner = ""
        if accounts:
            person = Person(services[STARTER])
            person.register_and_confirm()
            client = person.sign_in_client()
            headers["Authorization"] = client.headers["Authorization"]
            owner = client.get("/api/v1/me").json()["id"]
        add_items(database, owner)
        measured = measure(services, headers, rounds)
    return report(measured, WITH_TOKEN if accounts else ANONYMOUS)


def main() -> int:
    """Measure, print, and return the exit code."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    bare, equal_work = PROGRAMS / "bare.py", PROGRAMS / "equal_work.py"
    kept = True
    for features in (["api"], ["accounts", "api"]):
        complete = with_dependencies("fastapi", features)
        programs = {STARTER: None, EQUAL_WORK: equal_work}
        if "accounts" not in complete:
            programs[BARE] = bare
        print(f"features: {', '.join(complete)}")
        with install_project(Starter("fastapi", complete, "postgresql")) as project:
            kept = compare(project, rounds, programs) and kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
