"""Which starters are installed and run, for which tests, and why.

A starter is a framework, a set of features and a database. Running one costs minutes,
so each promise is tested where it can break, and only there. Everything here follows
from `available_features` in criteria.yml: a feature that a framework gains is tested
from then on.
"""

from collections.abc import Iterable
from typing import Any

import yaml

from tests.conftest import ROOT
from tests.starters.harness import Starter

MODEL: dict[str, Any] = yaml.safe_load(
    (ROOT / "src/selector/recommendation/criteria.yml").read_text("utf-8")
)
BUILT: dict[str, list[str]] = MODEL["available_features"]
FRAMEWORKS = ("django", "fastapi", "flask")

# The framework that each use case leads to when nothing else is answered.
USE_CASES = {
    "cms": "django",
    "ecommerce": "django",
    "social_network": "django",
    "data_driven_app": "django",
    "rapid_development": "django",
    "small_web_app": "flask",
    "prototype": "flask",
    "microservice": "flask",
    "education": "flask",
    "other": "flask",
    "api": "fastapi",
    "realtime": "fastapi",
    "high_concurrency": "fastapi",
}

# MySQL has one set of features for each framework: that of a typical use case (U4, U8,
# U6), since MySQL differs in the driver, the types of columns and the collation.
MYSQL_USE_CASE = {
    "django": "data_driven_app",
    "fastapi": "api",
    "flask": "small_web_app",
}


def with_dependencies(framework: str, features: Iterable[str]) -> tuple[str, ...]:
    """Return the features that are rendered when these are chosen."""
    complete = {feature for feature in features if feature in BUILT[framework]}
    for feature in [*complete]:
        complete |= {*MODEL["requires"].get(feature, "").split()}
    for feature in [*complete]:
        interfaces = MODEL["requires_one_of"].get(feature, "").split()
        if interfaces and not complete & {*interfaces}:
            complete.add(interfaces[0])
    return tuple(sorted(complete & {*BUILT[framework]}))


def distinct(starters: Iterable[Starter]) -> list[Starter]:
    """Return the starters without repetitions, in their order."""
    return [*dict.fromkeys(starters)]


def full(framework: str, database: str = "sqlite") -> Starter:
    """Return the starter with every feature of a framework."""
    features = with_dependencies(framework, BUILT[framework])
    return Starter(framework, features, database)


def alone(framework: str, feature: str) -> Starter:
    """Return the starter with one feature and what it depends on."""
    return Starter(framework, with_dependencies(framework, [feature]))


def for_use_case(use_case: str, framework: str, database: str = "sqlite") -> Starter:
    """Return the starter with the features that a use case brings."""
    features = MODEL["use_case_features"][use_case].split()
    return Starter(framework, with_dependencies(framework, features), database)


# Every feature at the same time: where features could disturb each other, and where
# every row of the contract applies.
FULL = [full(framework) for framework in FRAMEWORKS]
# Nothing but the core: what is always there must not depend on a feature.
BARE = [Starter(framework) for framework in FRAMEWORKS]
# Each feature alone: it must not depend on a feature that it does not bring.
ALONE = distinct(
    alone(framework, feature)
    for framework in FRAMEWORKS
    for feature in BUILT[framework]
)
# The result of answering only the first question.
FOR_USE_CASES = distinct(
    for_use_case(use_case, framework) for use_case, framework in USE_CASES.items()
)
# PostgreSQL is what most services run on. Its types, migrations and error codes differ
# from SQLite's, so the full set and those of the use cases are tested on it.
USE_CASES_ON_POSTGRESQL = distinct(
    Starter(starter.framework, starter.features, "postgresql")
    for starter in FOR_USE_CASES
)
FULL_ON_POSTGRESQL = [full(framework, "postgresql") for framework in FRAMEWORKS]
ON_MYSQL = [
    for_use_case(use_case, framework, "mysql")
    for framework, use_case in MYSQL_USE_CASE.items()
]
ON_SERVERS = [*FULL_ON_POSTGRESQL, *ON_MYSQL]
# The database of a project's own tests comes from one setting, whatever the features.
SMALL_ON_POSTGRESQL = [
    for_use_case("rapid_development", "django", "postgresql"),
    for_use_case("api", "fastapi", "postgresql"),
    for_use_case("small_web_app", "flask", "postgresql"),
]
SMALL_ON_SERVERS = [*SMALL_ON_POSTGRESQL, *ON_MYSQL]
# FastAPI is served by uvicorn, and Django and Flask with realtime are, too. Without it
# they are served by granian.
SERVED_BY_GRANIAN = [alone(framework, "api") for framework in ("django", "flask")]

# For every starter: its tests and checks, and one request to a running server.
# The lines that depend on PostgreSQL are all in the full starter, and development uses
# SQLite for every answer. So of the use cases on PostgreSQL, only the tests run there.
RUNNABLE = distinct(
    [*FULL, *BARE, *ALONE, *FOR_USE_CASES, *FULL_ON_POSTGRESQL, *ON_MYSQL]
)

# The contract, for each framework (tests/contract/conftest.py reads the marks):
# - Every row runs in FULL.
# - Rows marked `database` run in ON_SERVERS too: what is stored, unique, ordered or
#   locked depends on the database.
# - Rows marked `alone("api")` or `alone("pages")` run in that starter of ALONE too:
#   without accounts items belong to all users, and errors have one format.
# - Rows marked `without(feature)` run in the first starter that lacks it.
# - Rows marked `each_server` run in SERVED_BY_GRANIAN too: how a request is received,
#   what is logged about it, and how the server starts and stops.
# - Rows marked `thorough` start a server for one test. `bin/test` runs the others,
#   which share the servers of their project.

# Schemathesis: the description of the whole API, and the one without accounts, where
# operations need no credentials.
SCHEMA = [*FULL, *(alone(each, "api") for each in FRAMEWORKS)]

# `bin/test` runs the tests of these; `bin/test --all`, which CI runs, those of all. A
# fault in what the starters share fails in the full one. The other starters find faults
# that depend on the selected features, which are rare.
IN_BIN_TEST = {*FULL}
# Where `bin/test` runs the tests that are in the projects: those of the full Django one
# take two minutes.
OWN_TESTS_IN_BIN_TEST = IN_BIN_TEST - {full("django")}
