"""Installs each starter of the smaller set once, and gives it to the tests."""

from pathlib import Path

import pytest

from tests.starters.harness import Project, installed
from tests.starters.matrix import STARTERS, parametrize


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test against the starters that its mark `only` lets through."""
    if "project" in metafunc.fixturenames:
        chosen = STARTERS
        for mark in metafunc.definition.iter_markers("only"):
            for name, values in mark.kwargs.items():
                chosen = [
                    starter for starter in chosen if getattr(starter, name) in values
                ]
        parametrize(metafunc, chosen)


@pytest.fixture(scope="session")
def project(request: pytest.FixtureRequest, template_repo: Path) -> Project:
    return installed(request.param, template_repo)
