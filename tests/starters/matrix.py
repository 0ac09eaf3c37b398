"""The smaller set of starters that is installed and run, not only rendered."""

import os

import pytest
from _pytest.mark.structures import ParameterSet

from tests.starters.databases import mariadb_program
from tests.starters.harness import Starter

FRAMEWORKS = ("django", "fastapi", "flask")
BOTH = ("api", "pages")
STARTERS = [
    Starter(framework, needs, database)
    for framework in FRAMEWORKS
    for needs, database in (
        ((), "sqlite"),
        (("api",), "sqlite"),
        (("pages",), "sqlite"),
        (BOTH, "sqlite"),
        (BOTH, "postgresql"),
        (BOTH, "mysql"),
    )
]

_MARIADB_MISSING = (
    "needs a MariaDB server: apt-get install mariadb-server, or brew install mariadb;"
    " TRIVET_REQUIRE_MARIADB=1 makes this a failure"
)


def parameter(starter: Starter, *more: str) -> ParameterSet:
    """Return the starter as a parameter, run by one worker, MySQL where it can be."""
    marks: list[pytest.MarkDecorator] = [
        pytest.mark.slow,
        pytest.mark.xdist_group(str(starter)),
    ]
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
