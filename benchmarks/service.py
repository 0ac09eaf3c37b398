"""Compare services with two other programs: the bare framework, and equal work.

All list 20 of 500 items on PostgreSQL, in alternating rounds: without accounts, with an
access token, and with the session of a browser, for which Flask has a page only.
FRAMEWORK is django, fastapi, flask or all.

.venv/bin/python -m benchmarks.service [FRAMEWORK] [ROUNDS]
"""

import argparse
import contextlib
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks._services import (
    OTHER_CORE,
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
from tests.contract.differences import CONVENTIONS
from tests.starters.databases import PostgreSQL
from tests.starters.harness import HOST, Project, Service, Starter
from tests.starters.selection import with_dependencies

SECONDS = 4
# What a browser that is signed in reads. FastAPI's sessions are not measured.
SESSION_PATHS = {"django": ITEMS, "flask": "/items/"}
FEATURES = {
    "": ["api"],
    "token": ["accounts", "api"],
    "session": ["accounts", "api", "pages"],
}
ROWS = 500
STARTER, BARE, EQUAL_WORK = "starter", "bare", "equal work"
AT_LEAST, AT_MOST = "at least", "at most"


@dataclass(frozen=True)
class Framework:
    """The server of the other programs, and limits compared with the bare framework.

    min_rate    the smallest ratio of requests a second
    max_growth  the largest ratio of memory and of the 99th percentile
    """

    server: str
    min_rate: float
    max_growth: float


FRAMEWORKS = {
    "django": Framework("granian_server.py", 0.75, 1.25),
    "fastapi": Framework("uvicorn_server.py", 0.85, 1.2),
    "flask": Framework("granian_server.py", 0.85, 1.25),
}
MIN_RATE_OF_EQUAL_WORK = 0.90


@dataclass
class Series:
    """The figures of each round."""

    rates: list[float] = field(default_factory=list)
    slowest_percents: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)


Figures = Callable[[Series], list[float]]
# A figure, the program that it is compared with, and the limit of the ratio.
Limit = tuple[str, Figures, str, str, float]
RATE: tuple[str, Figures] = ("rate", lambda series: series.rates)
MEMORY: tuple[str, Figures] = ("memory", lambda series: series.megabytes)
SLOWEST: tuple[str, Figures] = ("p99", lambda series: series.slowest_percents)


def limits_of(framework: str, *, signed_in: bool) -> list[Limit]:
    """Return the promised limits. The bare framework has no users."""
    equal_work: Limit = (*RATE, EQUAL_WORK, AT_LEAST, MIN_RATE_OF_EQUAL_WORK)
    if signed_in:
        return [equal_work]
    promised = FRAMEWORKS[framework]
    return [
        (*RATE, BARE, AT_LEAST, promised.min_rate),
        equal_work,
        (*MEMORY, BARE, AT_MOST, promised.max_growth),
        (*SLOWEST, BARE, AT_MOST, promised.max_growth),
    ]


def add_items(database: PostgreSQL, table: str, owner: str = "") -> None:
    """Insert the items that the services list."""
    column, value = (", owner_id", f", '{owner}'") if owner else ("", "")
    database.execute(
        f"INSERT INTO {table}"  # noqa: S608 - the id comes from the service
        f" (id, name, description, price, created_at, updated_at{column})"
        " SELECT gen_random_uuid(), 'Item ' || n, 'A description of item ' || n, 9.00,"
        f" now() + n * interval '1 s', now(){value} FROM generate_series(1, {ROWS}) n"
    )
    database.execute(f"ANALYZE {table}")


def measure(
    services: Mapping[str, Service], path: str, headers: Mapping[str, str], rounds: int
) -> dict[str, Series]:
    """Put load on one service after the other; the first round is not counted."""
    measured = {name: Series() for name in services}
    for number in range(rounds + 1):
        for name, service in services.items():
            load = put_load(service, path, headers, SECONDS if number else 1)
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
        is_kept = ratio >= limit if kind == AT_LEAST else ratio <= limit
        missed = "" if is_kept else "  MISSED"
        print(f"  {label}: {ratio:.2f} of {base}, {kind} {limit}{missed}")
        kept = kept and is_kept
    return kept


def programs_of(framework: str, *, signed_in: bool) -> dict[str, list[object]]:
    """Return the arguments of Python that start each program."""
    server = PROGRAMS / FRAMEWORKS[framework].server
    programs: dict[str, list[object]] = {
        STARTER: ["-m", "app"],
        EQUAL_WORK: [server, PROGRAMS / f"{framework}_equal_work.py"],
    }
    if not signed_in:
        programs[BARE] = [server, PROGRAMS / f"{framework}_bare.py"]
    return programs


def authenticate(person: Person, sign_in: str) -> tuple[dict[str, str], str]:
    """Return the header of a user who is signed in, and the id of the user."""
    person.register_and_confirm()
    client = person.sign_in_client()
    owner = client.get("/api/v1/me").json()["id"]
    if sign_in == "token":
        return {"Authorization": client.headers["Authorization"]}, owner
    cookies = person.sign_in_browser().cookies.items()
    (session,) = [f"{name}={value}" for name, value in cookies if "session" in name]
    return {"Cookie": session}, owner


def compare(project: Project, rounds: int, sign_in: str) -> bool:
    """Measure a project and the programs that use its database and packages."""
    framework, signed_in = project.starter.framework, bool(sign_in)
    path = SESSION_PATHS[framework] if sign_in == "session" else ITEMS
    database = project.new_database()
    if not isinstance(database, PostgreSQL):
        sys.exit(f"{project.starter} is not on PostgreSQL")
    remove_development_dependencies(project)
    pin(database.server.process.pid, OTHER_CORE)
    settings = project.production_settings(direct_url(database))
    settings |= {"SIGN_IN": sign_in}
    headers = {"Host": HOST, "X-Forwarded-Proto": "https"}
    with contextlib.ExitStack() as stack:
        services = {
            name: stack.enter_context(serve(project, arguments, settings))
            for name, arguments in programs_of(framework, signed_in=signed_in).items()
        }
        owner = ""
        if signed_in:
            credentials, owner = authenticate(Person(services[STARTER]), sign_in)
            headers |= credentials
        add_items(database, CONVENTIONS[framework].items_table, owner)
        measured = measure(services, path, headers, rounds)
    return report(measured, limits_of(framework, signed_in=signed_in))


def parse_arguments(words: Sequence[str]) -> tuple[list[str], int]:
    """Return the frameworks to measure, and the number of rounds."""
    parser = argparse.ArgumentParser(prog="benchmarks.service")
    parser.add_argument("framework", nargs="?", choices=["all", *FRAMEWORKS])
    parser.add_argument("rounds", nargs="?", type=int, default=5)
    given = parser.parse_args(words)
    chosen = given.framework or "all"
    return [*FRAMEWORKS] if chosen == "all" else [chosen], given.rounds


def main() -> int:
    """Measure, print, and return the exit code."""
    frameworks, rounds = parse_arguments(sys.argv[1:])
    kept = True
    for framework in frameworks:
        for sign_in, features in FEATURES.items():
            if sign_in == "session" and framework not in SESSION_PATHS:
                continue
            starter = Starter(
                framework, with_dependencies(framework, features), "postgresql"
            )
            print(starter)
            with install_project(starter) as project:
                kept = compare(project, rounds, sign_in) and kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
