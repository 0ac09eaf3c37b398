"""Adds a second resource by the steps in the README of the project."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import git
from tests.starters.harness import Project, run
from tests.starters.selection import full

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.starters([full("fastapi"), full("flask")]),
    pytest.mark.skipif(sys.platform == "win32", reason="the steps are for a shell"),
]
MAX_CHANGED_FILES = 4
MAIN = "app/main.py"
FACTORIES = "tests/factories.py"
BASE = "app/pages/templates/base.html"


def rename(text: str) -> str:
    return text.replace("item", "project").replace("Item", "Project")


def repeat_lines(path: Path, pattern: str) -> None:
    """Repeat each line that names the sample resource, for the new resource."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    repeated = [
        line + rename(line) if re.search(pattern, line) else line for line in lines
    ]
    assert repeated != lines, path
    path.write_text("".join(repeated), "utf-8")


def add_factory(path: Path) -> None:
    """Add `create_project` after `create_item`."""
    repeat_lines(path, r"^from app\.items")
    text = path.read_text("utf-8")
    factory = re.search(
        r"^(?:async )?def create_item\(.*?(?=^\S(?<!\))|\Z)",
        text,
        re.MULTILINE | re.DOTALL,
    )
    assert factory
    path.write_text(f"{text.rstrip()}\n\n\n{rename(factory[0]).rstrip()}\n", "utf-8")


def test_the_steps_of_the_readme_add_a_resource(
    project: Project, tmp_path: Path
) -> None:
    directory = tmp_path / "project"
    shutil.copytree(project.directory, directory)
    git("add", "--all", cwd=directory)
    git("commit", "--quiet", "--message=Before", cwd=directory)
    readme = (directory / "README.md").read_text("utf-8")
    found = re.search(r"(?ms)^## Adding a resource\n(.*?)^## ", readme)
    assert found
    copy, verify = re.findall(r"(?ms)^```sh\n(.*?)^```", found[1])
    environment = project.environment()

    run(["sh", "-euc", copy], directory, environment)
    assert {*re.findall(r"(?m)^- `(.+?)`", found[1])} == {MAIN, FACTORIES, BASE}
    repeat_lines(
        directory / MAIN,
        r"\b(app\.items|items_(admin|api|pages|views)\b|ItemAdmin,)",
    )
    add_factory(directory / FACTORIES)
    repeat_lines(directory / BASE, r'url_for\("(items\.)?item_list"\)')
    # The checks and all tests, including those of the new resource.
    output = run(["sh", "-euc", verify], directory, environment)

    assert re.search(r"\d+ passed", output), output
    status = git("status", "--porcelain", "--untracked-files=all", cwd=directory)
    entries = [line.split(maxsplit=1) for line in status.splitlines()]
    changed = {path for state, path in entries if state != "??"}
    added = {path for state, path in entries if state == "??"}
    assert changed <= {MAIN, FACTORIES, BASE}
    assert len(changed) <= MAX_CHANGED_FILES
    roles = {path.stem for path in (directory / "tests/items").glob("test_*.py")}
    assert {"test_api", "test_service"} <= roles
    assert {f"tests/projects/{role}.py" for role in roles} <= added
    assert {"app/projects/api.py", "app/projects/service.py"} <= added
