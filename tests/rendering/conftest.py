"""Render a project for each case of answers.py."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_copie.plugin import Copie

from tests.conftest import Render, render_into
from tests.rendering.answers import Case, cases, model

# Third-party files, which are not formatted.
VENDORED = re.compile(r"app/.*/static/.*\.min\.(css|js)")


@dataclass(frozen=True)
class Project:
    """A rendered project and its answers."""

    case: Case
    directory: Path

    @cached_property
    def texts(self) -> dict[str, str]:
        """Return the content of every file, by its path in the project."""
        return {
            path.relative_to(self.directory).as_posix(): path.read_bytes().decode()
            for path in sorted(self.directory.rglob("*"))
            if path.is_file()
        }

    @cached_property
    def own_texts(self) -> dict[str, str]:
        """Return the content of the files that are not from third parties."""
        return {
            name: text
            for name, text in self.texts.items()
            if not VENDORED.fullmatch(name)
        }

    @cached_property
    def answers(self) -> dict[str, Any]:
        """Return the answers that the project stores."""
        stored: dict[str, Any] = yaml.safe_load(self.texts[".copier-answers.yml"])
        return stored

    @cached_property
    def switches(self) -> frozenset[str]:
        """Return the framework, features, database and extras that are on."""
        on = {self.answers["framework"], self.answers["database"]}
        on |= set(self.answers["extras"])
        parts = {*self.answers["features"]}
        for feature in self.answers["features"]:
            parts |= {*model()["requires"].get(feature, "").split()}
        for feature in [*parts]:
            through = model()["requires_one_of"].get(feature, "").split()
            if through and not parts & {*through}:
                parts.add(through[0])
        on |= parts
        if parts & {"accounts", "pages", "uploads"}:
            on.add("forms")
        if "ci" in self.answers["extras"]:
            on.add(self.answers["ci_provider"])
        if self.answers["licence"] != "none":
            on.add("licence")
        if self.answers["use_case"] == "education" and {"flask", "pages"} <= on:
            on.add("guided_tour")
        return frozenset(on)

    @cached_property
    def requested(self) -> list[str]:
        """Return the requested features, including those that are not available."""
        own = model()["use_case_features"][self.answers["use_case"]].split()
        features: list[str] = self.case.answers.get("features", own)
        return features


@pytest.fixture
def render_without_code(template_without_code: Path, tmp_path: Path) -> Render:
    """Render projects without packages and tests."""

    def render_project(answers: Mapping[str, object], *, name: str = "project") -> Path:
        return render_into(
            tmp_path / name, template=template_without_code, answers=answers
        )

    return render_project


def parameter(case: Case) -> Any:  # noqa: ANN401 - pytest does not export the type
    marks = [] if case.part == "quick" else [getattr(pytest.mark, case.part)]
    return pytest.param(case, marks=marks, id=case.name)


@pytest.fixture(scope="session", params=[parameter(case) for case in cases()])
def project(
    request: pytest.FixtureRequest, copie_session: Copie, template_repo: Path
) -> Project:
    """Render one case."""
    case: Case = request.param
    result = copie_session.copy(case.answers, template_dir=template_repo)
    assert result.exception is None, result.exception
    assert result.project_dir is not None
    return Project(case, result.project_dir)
