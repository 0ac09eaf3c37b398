"""Answering only the first question gives a suitable project."""

import pytest

from tests.rendering.answers import cases
from tests.rendering.conftest import Project, parameter
from tests.starters.harness import Starter
from tests.starters.selection import USE_CASES, for_use_case, with_dependencies

ONLY_A_USE_CASE = [
    parameter(case) for case in cases() if [*case.answers] == ["use_case"]
]


@pytest.mark.parametrize("project", ONLY_A_USE_CASE, indirect=True)
def test_a_use_case_selects_its_framework_and_features(project: Project) -> None:
    use_case, answers = project.case.answers["use_case"], project.answers
    framework = USE_CASES[use_case]
    assert answers["framework"] == framework
    starter = Starter(framework, with_dependencies(framework, answers["features"]))
    assert starter == for_use_case(use_case, framework)
    has_extras = use_case not in {"prototype", "education"}
    assert (project.directory / "Dockerfile").exists() == has_extras
