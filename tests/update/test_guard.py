"""Nothing in the work tree would hurt the owner of a project, once it is released."""

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, git
from tests.rendering.answers import Answers
from tests.update.difference import (
    USE_CASES,
    as_diff,
    before_and_after,
    left_behind,
    newly_excluded,
    taken_away,
)
from tests.update.releases import LAST, RELEASES, commit_all, published, replace
from tests.update.test_untouched import FULL


@pytest.mark.parametrize("since", RELEASES)
def test_no_file_of_a_release_is_renamed_moved_or_removed(
    template: Path, since: str
) -> None:
    assert list(taken_away(template, since)) == []


@pytest.mark.parametrize("since", RELEASES)
def test_no_new_exclude_line_matches_what_a_release_rendered(
    template: Path, since: str
) -> None:
    assert list(newly_excluded(template, since)) == []


@pytest.mark.parametrize(
    ("since", "answers"),
    [
        pytest.param(since, answers, id=f"{name}-{since}", marks=mark)
        # Until there is a release, the work tree would be compared with itself.
        for since in published()
        for cases, mark in (
            (FULL, pytest.mark.slow),
            (USE_CASES, pytest.mark.thorough),
        )
        for name, answers in cases.items()
    ],
)
def test_all_files_of_a_release_are_still_rendered(
    template: Path, tmp_path: Path, since: str, answers: Answers
) -> None:
    assert left_behind(*before_and_after(template, since, answers, tmp_path)) == []


@pytest.fixture
def changed(template: Path, tmp_path: Path) -> Path:
    """Give the template, to do what the guard is there for."""
    return Path(shutil.copytree(template, tmp_path / "changed"))


def test_a_renamed_file_is_noticed(changed: Path) -> None:
    git("mv", "template/flask/app/health.py", "template/flask/app/live.py", cwd=changed)
    commit_all(changed, "Rename")
    (problem,) = taken_away(changed, LAST)
    assert problem.startswith(f"flask/app/health.py was in {LAST} and is not any more")


def test_a_new_exclude_line_is_noticed(changed: Path) -> None:
    line = "{% if 'api' not in parts %}/app/he*.py{% endif %}"
    replace(changed / "copier.yml", "  # Extras.\n", f'  - "{line}"\n  # Extras.\n')
    commit_all(changed, "Exclude")
    (problem,) = newly_excluded(changed, LAST)
    assert "_exclude matches app/health.py" in problem


def test_a_narrower_line_on_the_same_condition_is_allowed(changed: Path) -> None:
    replace(changed / "copier.yml", "}/app/api{", "}/app/api/*{")
    commit_all(changed, "Exclude less")
    assert list(newly_excluded(changed, LAST)) == []
    replace(changed / "copier.yml", "'api' not in parts %}/app/api", "true %}/app/api")
    commit_all(changed, "Exclude on another condition")
    assert list(newly_excluded(changed, LAST))


def test_a_new_line_for_new_files_is_allowed(changed: Path) -> None:
    replace(changed / "copier.yml", "  # Extras.\n", '  - "/app/brand_new"\n')
    commit_all(changed, "Exclude")
    assert list(newly_excluded(changed, LAST)) == []


@pytest.mark.slow
def test_a_condition_that_leaves_a_file_out_is_noticed(
    changed: Path, tmp_path: Path
) -> None:
    replace(changed / "copier.yml", "'container' not in extras", "'api' in parts")
    replace(changed / "template/fastapi/app/methods.py", "\n\n", "\n\n# New.\n")
    commit_all(changed, "Exclude")
    before, after = before_and_after(
        changed, LAST, USE_CASES["api"], tmp_path / "rendered"
    )
    assert left_behind(before, after) == ["Dockerfile"]
    diff = as_diff(before, after)
    assert "--- a/Dockerfile\n+++ /dev/null\n" in diff
    assert "+# New.\n" in diff


def test_ci_prints_what_owners_would_receive() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8")
    assert re.search(r"^.*python -m tests\.update\.difference$", script, re.MULTILINE)


def test_the_changelog_contains_no_template_syntax() -> None:
    """Copier renders it, to show what is new."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert not re.search(r"\{[{%#]", text)
