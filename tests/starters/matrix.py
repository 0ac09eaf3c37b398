"""The smaller set of starters that is installed and run, not only rendered."""

import os

import pytest
import yaml
from _pytest.mark.structures import ParameterSet

from tests.conftest import ROOT
from tests.starters.databases import mariadb_program
from tests.starters.harness import Starter

FRAMEWORKS = ("django", "fastapi", "flask")
BOTH = ("api", "pages")
PEOPLE = ("accounts", *BOTH)
FILES = ("accounts", "admin", *BOTH, "uploads")
ALL = (*FILES, "cache", "realtime", "tasks")
# Each feature alone, with what it brings, since its project has that too. U7, U8, U11
# of the criteria are among them.
ALONE = [
    ("api",),
    ("pages",),
    ("accounts", "api"),
    ("accounts", "admin", "api"),
    ("mail",),
    ("api", "uploads"),
    ("api", "realtime"),
    ("api", "cache"),
    ("tasks",),
]
U12 = ("accounts", "api", "cache")
BUILT = yaml.safe_load(
    (ROOT / "src/selector/recommendation/criteria.yml").read_text("utf-8")
)["built"]
FEATURES: dict[str, list[tuple[str, ...]]] = {
    "sqlite": [
        (),
        BOTH,
        *ALONE,
        ("accounts", "pages"),
        ("cache", "pages"),
        U12,
        PEOPLE,
        FILES,
        ALL,
    ],
    "postgresql": [BOTH, *ALONE, U12, ALL],
    "mysql": [BOTH, ("accounts", "api")],
}
STARTERS = [
    Starter(framework, features, database)
    for framework in FRAMEWORKS
    for database, combinations in FEATURES.items()
    for features in combinations
    if set(features) <= set(BUILT[framework])
]

_MARIADB_MISSING = (
    "needs a MariaDB server: apt-get install mariadb-server, or brew install mariadb;"
    " TRIVET_REQUIRE_MARIADB=1 makes this a failure"
)


def parameter(
    starter: Starter,
    *more: str,
    mark: pytest.MarkDecorator = pytest.mark.slow,
) -> ParameterSet:
    """Return the starter as a parameter, MySQL where it can be."""
    usual = starter.features in ((), BOTH) or starter == Starter(starter.framework, ALL)
    if not usual or starter.database == "mysql":
        # The one with all of it stands for the others, and PostgreSQL for MySQL.
        mark = pytest.mark.thorough
    marks = [mark]
    required = os.environ.get("TRIVET_REQUIRE_MARIADB") == "1"
    if (
        starter.database == "mysql"
        and not mariadb_program("mariadbd", "mysqld")
        and not required
    ):
        marks.append(pytest.mark.skip(reason=_MARIADB_MISSING))
    return pytest.param(starter, *more, id="-".join([str(starter), *more]), marks=marks)


def parametrize(metafunc: pytest.Metafunc, starters: list[Starter]) -> None:
    """Run a test against each of these starters."""
    metafunc.parametrize(
        "project",
        [parameter(starter) for starter in starters],
        indirect=True,
        scope="session",
    )
