"""`copier update`: changed answers, moved templates, and what Copier rejects."""

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from copier import run_update
from copier.errors import ShallowCloneWarning, UserMessageError

from tests.conftest import git
from tests.rendering.answers import Answers
from tests.update.conftest import (
    ANSWERS_FILE,
    commit_change,
    copy,
    find_conflicts,
    init_repository,
    read_stored_answers,
    read_updatable_files,
    update,
)
from tests.update.releases import LAST, NEXT, commit_all


@pytest.fixture
def real_project(next_template: Path, tmp_path: Path) -> Path:
    answers = {"known_framework": "fastapi", "features": ["api"]}
    return init_repository(copy(next_template, tmp_path / "real", answers, ref=LAST))


CHANGES: dict[str, Answers] = {
    "more features": {"features": ["api", "pages"], "database": "mysql"},
    "fewer features": {"features": [], "extras": ["ci"], "ci_provider": "gitlab"},
}


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_answer_gives_the_project_of_that_answer(
    next_template: Path, real_project: Path, tmp_path: Path, change: Answers
) -> None:
    project = real_project
    commit_change(project, "app/own.py", new="OWN = 1\n")

    update(project, ref=None, answers=change)

    assert find_conflicts(project) == set()
    stored = read_stored_answers(project)
    assert {key: sorted(stored[key]) for key in change} == {
        key: sorted(value) for key, value in change.items()
    }
    fresh = read_updatable_files(
        copy(next_template, tmp_path / "fresh", stored, ref=NEXT)
    )
    assert read_updatable_files(project) == {**fresh, "app/own.py": b"OWN = 1\n"}


@pytest.mark.slow
def test_a_project_in_a_larger_repository(monorepo: Path) -> None:
    project = monorepo / "services/one"
    commit_change(project, "app/health.py", '"""', '"""Mine. ')

    update(project, ref=None)

    assert find_conflicts(monorepo) == {"services/one/app/health.py"}
    assert (project / "app/greeting.py").is_file()
    assert (monorepo / "README.md").read_text("utf-8") == "# Services\n"


@pytest.mark.slow
def test_a_template_that_moved_is_followed_by_its_new_address(
    small_template: Path, project: Path, tmp_path: Path
) -> None:
    moved = shutil.copytree(small_template, tmp_path / "moved")
    commit_change(project, ANSWERS_FILE, str(small_template), str(moved))
    update(project, ref=None)
    assert (project / "app/greeting.py").is_file()


@pytest.mark.slow
def test_a_shallow_clone_of_the_template_with_both_versions_is_enough(
    small_template: Path, project: Path, tmp_path: Path
) -> None:
    shallow = tmp_path / "shallow"
    distance = git("rev-list", "--count", f"{LAST}..{NEXT}", cwd=small_template)
    depth = f"--depth={int(distance) + 1}"
    git("clone", "-q", depth, small_template.as_uri(), str(shallow), cwd=tmp_path)
    commit_change(project, ANSWERS_FILE, str(small_template), str(shallow))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ShallowCloneWarning)
        update(project, ref=None)
    assert (project / "app/greeting.py").is_file()


def edit_file(project: Path) -> None:
    (project / "README.md").write_text("changed\n", "utf-8")


def remove_repository(project: Path) -> None:
    (project / ".git").rename(project.parent / "git")


def remove_commit_from_answers(project: Path) -> None:
    commit_change(project, ANSWERS_FILE, "_commit:", "commit:")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (edit_file, "Please commit or stash your local changes"),
        (remove_repository, "only supported in git-tracked subprojects"),
        (remove_commit_from_answers, f"old template references from `{ANSWERS_FILE}`"),
    ],
)
def test_copier_refuses_an_update_that_could_not_be_undone(
    project: Path, prepare: Callable[[Path], None], message: str
) -> None:
    prepare(project)
    with pytest.raises(UserMessageError, match=message):
        update(project, ref=None)


@pytest.mark.slow
def test_copier_shows_what_is_new_since_the_projects_own_release(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    run_update(project, defaults=True, overwrite=True, unsafe=False)
    output = capfd.readouterr().err
    assert f"## {NEXT.removeprefix('v')} - 2030-02-01" in output
    assert "A greeting. You have to do nothing." in output
    assert f"## {LAST.removeprefix('v')}" not in output
    assert read_stored_answers(project)["last_release"] == NEXT.removeprefix("v")

    commit_all(project, "Update")
    run_update(project, defaults=True, overwrite=True, unsafe=False)
    output = capfd.readouterr().err
    assert f"## {NEXT.removeprefix('v')}" not in output
