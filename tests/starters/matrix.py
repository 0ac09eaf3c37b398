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
TASKS = ("accounts", "api", "tasks")
LIVE = (*PEOPLE, "cache", "realtime")
ALL = (*FILES, "cache", "realtime", "tasks")
ALONE = [(need,) for need in ("accounts", "admin", "mail", "uploads", *ALL[-3:])]
BUILT = yaml.safe_load((ROOT / "src/selector/criteria.yml").read_text("utf-8"))["built"]
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
        (("accounts", "api"), "sqlite"),
        (("accounts", "api"), "mysql"),
        (("accounts", "pages"), "sqlite"),
        (PEOPLE, "sqlite"),
        (PEOPLE, "postgresql"),
        (FILES, "sqlite"),
        (FILES, "postgresql"),
        (TASKS, "sqlite"),
        (("api", "realtime"), "sqlite"),
        (("cache", "pages"), "sqlite"),
        (LIVE, "sqlite"),
        (ALL, "sqlite"),
        (ALL, "postgresql"),
        *((need, "sqlite") for need in ALONE),
    )
    if set(needs) <= set(BUILT[framework])
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
    """Return the starter as a parameter, run by one worker, MySQL where it can be."""
    most = Starter(starter.framework, ALL)
    others = set(starter.needs) - set(BOTH) and starter != most
    if others or starter.database == "mysql":
        # The one with all of it stands for the others, and PostgreSQL for MySQL.
        mark = pytest.mark.thorough
    marks: list[pytest.MarkDecorator] = [
        mark,
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
