"""Installs each selected starter once, and passes it to the tests."""

from pathlib import Path

import pytest

from tests.starters.harness import Project, install_starter
from tests.starters.parameters import parametrize


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test in the starters that its mark `starters` lists.

    Its second argument says in which of them `bin/test` runs it, if these are others.
    """
    if "project" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("starters")
        assert mark, f"{metafunc.definition.name} has no mark `starters`"
        parametrize(metafunc, *mark.args)


@pytest.fixture(scope="session")
def project(
    request: pytest.FixtureRequest, template_repo: Path, shared_directory: Path
) -> Project:
    return install_starter(request.param, template_repo, shared_directory)
