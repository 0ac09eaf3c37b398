"""Turns selected starters into parameters of tests."""

import os
from collections.abc import Collection

import pytest
from _pytest.mark.structures import ParameterSet

from tests.starters.databases import mariadb_program
from tests.starters.harness import Starter
from tests.starters.selection import IN_BIN_TEST

_MARIADB_MISSING = (
    "needs a MariaDB server: apt-get install mariadb-server, or brew install mariadb;"
    " TRIVET_REQUIRE_MARIADB=1 makes this a failure"
)


def parameter(starter: Starter, in_bin_test: Collection[Starter]) -> ParameterSet:
    """Return a starter as a parameter, marked for the part of the tests it is in."""
    marks = [pytest.mark.slow if starter in in_bin_test else pytest.mark.thorough]
    required = os.environ.get("TRIVET_REQUIRE_MARIADB") == "1"
    if (
        starter.database == "mysql"
        and not mariadb_program("mariadbd", "mysqld")
        and not required
    ):
        marks.append(pytest.mark.skip(reason=_MARIADB_MISSING))
    return pytest.param(starter, id=str(starter), marks=marks)


def parametrize(
    metafunc: pytest.Metafunc,
    starters: list[Starter],
    in_bin_test: Collection[Starter] = IN_BIN_TEST,
) -> None:
    """Run a test in a project of each of these starters."""
    metafunc.parametrize(
        "project",
        [parameter(starter, in_bin_test) for starter in starters],
        indirect=True,
        scope="session",
    )
