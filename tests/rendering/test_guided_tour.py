"""Projects for education have explanations, and the same code as other projects."""

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import render_into

SOLUTIONS = "docs/solutions.md"
ONLY_OTHER_TEXT = {
    ".copier-answers.yml",
    "README.md",
    "app/pages/templates/base.html",
    "docs/decisions/0001-web-framework.md",
}
ANSWERS = {"features": ["pages"], "project_name": "Reading List", "extras": []}
MIN_COMMENTS = 15


def read_files(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): path.read_text("utf-8")
        for path in directory.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def files(
    template_repo: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Return the files of a project for education."""
    directory = tmp_path_factory.mktemp("guided") / "project"
    answers = ANSWERS | {"use_case": "education"}
    return read_files(render_into(directory, template=template_repo, answers=answers))


@pytest.fixture(scope="module")
def other_files(
    template_repo: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Return the files of the same project for another use."""
    directory = tmp_path_factory.mktemp("other") / "project"
    answers = ANSWERS | {"known_framework": "flask"}
    return read_files(render_into(directory, template=template_repo, answers=answers))


def comment_lines(files: dict[str, str]) -> int:
    return sum(
        line.lstrip().startswith("# ")
        for name, text in files.items()
        if name.endswith(".py")
        for line in text.splitlines()
    )


def test_the_code_differs_in_comments_only(
    files: dict[str, str], other_files: dict[str, str]
) -> None:
    assert files.keys() - other_files.keys() == {SOLUTIONS}
    changed = {name for name in other_files if files.get(name, "") != other_files[name]}
    python = {name for name in changed if name.endswith(".py")}
    assert changed - python == ONLY_OTHER_TEXT
    for name in python:
        assert ast.dump(ast.parse(files[name])) == ast.dump(
            ast.parse(other_files[name])
        )
    assert comment_lines(files) - comment_lines(other_files) >= MIN_COMMENTS


def test_the_tour_names_files_that_exist(files: dict[str, str]) -> None:
    tour = files["README.md"].split("## Guided tour\n")[1].split("\n## ")[0]
    named = re.findall(r"`((?:app|docs|migrations|tests)/[^`]*)`", tour)
    assert named
    missing = {
        name for name in named if not any(path.startswith(name) for path in files)
    }
    assert not missing


def test_each_exercise_has_a_solution(files: dict[str, str]) -> None:
    exercises = files["README.md"].split("### Exercises\n")[1].split("\n## ")[0]
    titles = re.findall(r"^(\d+\. )\*\*(.+)\.\*\*", exercises, re.MULTILINE)
    assert titles
    solutions = re.findall(r"^## (.+)$", files[SOLUTIONS], re.MULTILINE)
    assert solutions == [number + title for number, title in titles]
