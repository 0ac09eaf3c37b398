"""An unedited project has the files of a new one after an update."""

from pathlib import Path

import pytest

from tests.conftest import git
from tests.rendering.answers import Answers, choices, model
from tests.update.conftest import (
    copy,
    init_repository,
    read_stored_answers,
    read_updatable_files,
    update,
)
from tests.update.releases import LAST, NEXT, RELEASES, commit_all

FULL = {
    f"{framework} full": {
        "known_framework": framework,
        "features": model()["available_features"][framework],
        "database": "postgresql",
        "licence": "mit",
    }
    for framework in choices("framework")
}
USE_CASES = {case: {"use_case": case} for case in choices("use_case")}


@pytest.mark.parametrize(
    "since",
    [
        *(pytest.param(each, marks=pytest.mark.thorough) for each in RELEASES[:-1]),
        LAST,
    ],
)
@pytest.mark.parametrize(
    "answers",
    [
        *(
            pytest.param(FULL[name], id=name, marks=pytest.mark.thorough)
            for name in FULL
        ),
        *(
            pytest.param(
                USE_CASES[name],
                id=name,
                # In `bin/test` one is enough: the update itself is Copier's.
                marks=pytest.mark.slow if name == "prototype" else pytest.mark.thorough,
            )
            for name in USE_CASES
        ),
    ],
)
def test_an_unedited_project_equals_a_new_one_after_the_update(
    next_template: Path, tmp_path: Path, since: str, answers: Answers
) -> None:
    project = init_repository(
        copy(next_template, tmp_path / "project", answers, ref=since)
    )

    update(project)

    assert read_stored_answers(project)["last_release"] == NEXT.removeprefix("v")
    fresh = copy(next_template, tmp_path / "fresh", read_stored_answers(project))
    assert read_updatable_files(project) == read_updatable_files(fresh)
    assert "Hello" in (project / "app/greeting.py").read_text("utf-8")


@pytest.mark.slow
def test_a_repeated_update_changes_nothing(project: Path) -> None:
    update(project)
    commit_all(project, "Update")
    update(project)
    assert git("status", "--porcelain", cwd=project) == ""
