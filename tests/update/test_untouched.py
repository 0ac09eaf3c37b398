"""A project that nobody touched: after an update it is what a fresh one would be."""

from pathlib import Path

import pytest

from tests.conftest import git
from tests.rendering.answers import Answers, choices, model
from tests.update.conftest import (
    committed,
    contents,
    copy,
    stored_answers,
    update,
)
from tests.update.releases import commit_all, released

FULL = {
    f"{framework} full": {
        "known_framework": framework,
        "features": model()["built"][framework],
        "database": "postgresql",
        "licence": "mit",
    }
    for framework in choices("framework")
}
USE_CASES = {case: {"use_case": case} for case in choices("use_case")}
*EARLIER, LAST = released()


@pytest.mark.parametrize(
    "since",
    [*(pytest.param(each, marks=pytest.mark.thorough) for each in EARLIER), LAST],
)
@pytest.mark.parametrize(
    "answers",
    [
        *(pytest.param(FULL[name], id=name, marks=pytest.mark.slow) for name in FULL),
        *(
            pytest.param(USE_CASES[name], id=name, marks=pytest.mark.thorough)
            for name in USE_CASES
        ),
    ],
)
def test_it_becomes_a_fresh_project_and_stays_one(
    template: Path, tmp_path: Path, since: str, answers: Answers
) -> None:
    project = committed(copy(template, tmp_path / "project", answers, ref=since))

    update(project)

    fresh = copy(template, tmp_path / "fresh", stored_answers(project))
    assert contents(project) == contents(fresh)
    commit_all(project, "Update")
    update(project)
    assert git("status", "--porcelain", cwd=project) == ""


@pytest.mark.slow
@pytest.mark.parametrize("framework", choices("framework"))
def test_an_update_brings_what_is_new(
    next_template: Path, tmp_path: Path, framework: str
) -> None:
    answers = FULL[f"{framework} full"]
    project = committed(
        copy(next_template, tmp_path / "project", answers, ref="v0.1.0")
    )

    update(project, ref=None)

    assert "Hello" in (project / "app/greeting.py").read_text("utf-8")
    assert "## All tasks" in (project / "README.md").read_text("utf-8")
    fresh = copy(
        next_template, tmp_path / "fresh", stored_answers(project), ref="v999.0.0"
    )
    assert contents(project) == contents(fresh)
