"""The next release would not lose or leave behind files of existing projects."""

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, git
from tests.rendering.answers import Answers
from tests.update.difference import (
    USE_CASES,
    find_left_behind,
    find_missing_paths,
    find_new_excludes,
    format_diff,
    render_before_and_after,
)
from tests.update.releases import LAST, RELEASES, commit_all, find_releases, replace
from tests.update.test_untouched import FULL


@pytest.mark.parametrize("since", RELEASES)
def test_no_file_of_a_release_is_renamed_moved_or_removed(
    template: Path, since: str
) -> None:
    assert list(find_missing_paths(template, since)) == []


@pytest.mark.parametrize("since", RELEASES)
def test_no_new_exclude_line_matches_what_a_release_rendered(
    template: Path, since: str
) -> None:
    assert list(find_new_excludes(template, since)) == []


@pytest.mark.parametrize(
    ("since", "answers"),
    [
        pytest.param(since, answers, id=f"{name}-{since}", marks=mark)
        # Until there is a release, the work tree would be compared with itself.
        for since in find_releases()
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
    assert (
        find_left_behind(*render_before_and_after(template, since, answers, tmp_path))
        == []
    )


@pytest.fixture
def template_copy(template: Path, tmp_path: Path) -> Path:
    """Copy the template, for tests that change it."""
    return Path(shutil.copytree(template, tmp_path / "copy"))


def test_a_renamed_file_is_reported(template_copy: Path) -> None:
    git(
        "mv",
        "template/flask/app/health.py",
        "template/flask/app/live.py",
        cwd=template_copy,
    )
    commit_all(template_copy, "Rename")
    (problem,) = find_missing_paths(template_copy, LAST)
    assert problem.startswith(f"flask/app/health.py was in {LAST} and is missing now")


def test_a_new_exclude_line_is_reported(template_copy: Path) -> None:
    replace(
        template_copy / "copier.yml",
        "    /app/*/api.py\n",
        "    /app/*/api.py\n    /app/he*.py\n",
    )
    commit_all(template_copy, "Exclude")
    (problem,) = find_new_excludes(template_copy, LAST)
    assert "_exclude matches app/health.py" in problem


def test_a_narrower_line_on_the_same_condition_is_allowed(template_copy: Path) -> None:
    replace(template_copy / "copier.yml", "    /app/api\n", "    /app/api/*\n")
    commit_all(template_copy, "Exclude less")
    assert list(find_new_excludes(template_copy, LAST)) == []
    replace(
        template_copy / "copier.yml",
        "{% if 'api' not in parts %}\n    /app/api",
        "{% if true %}\n    /app/api",
    )
    commit_all(template_copy, "Exclude on another condition")
    assert list(find_new_excludes(template_copy, LAST))


def test_a_new_line_for_new_files_is_allowed(template_copy: Path) -> None:
    replace(template_copy / "copier.yml", "  # Extras.\n", '  - "/app/brand_new"\n')
    commit_all(template_copy, "Exclude")
    assert list(find_new_excludes(template_copy, LAST)) == []


@pytest.mark.slow
def test_a_condition_that_leaves_a_file_out_is_reported(
    template_copy: Path, tmp_path: Path
) -> None:
    replace(template_copy / "copier.yml", "'container' not in extras", "'api' in parts")
    replace(template_copy / "template/fastapi/app/methods.py", "\n\n", "\n\n# New.\n")
    commit_all(template_copy, "Exclude")
    before, after = render_before_and_after(
        template_copy, LAST, USE_CASES["api"], tmp_path / "rendered"
    )
    files = [".dockerignore", "Dockerfile", "compose.yaml"]
    assert find_left_behind(before, after) == files
    diff = format_diff(before, after)
    assert "--- a/Dockerfile\n+++ /dev/null\n" in diff
    assert "+# New.\n" in diff


def test_ci_prints_what_the_next_release_changes() -> None:
    script = (ROOT / ".ci/run").read_text("utf-8")
    assert re.search(r"^.*python -m tests\.update\.difference$", script, re.MULTILINE)


def test_the_changelog_contains_no_template_syntax() -> None:
    """Copier renders it, to show what is new."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert not re.search(r"\{[{%#]", text)
