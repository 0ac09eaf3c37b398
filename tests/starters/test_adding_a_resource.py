"""Adds a resource and deletes the sample by the steps in the README of the project."""

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
ACCOUNTS = "app/accounts/service.py"
FACTORIES = "tests/factories.py"
BASE = "app/pages/templates/base.html"
HOME = "app/pages/templates/home.html"
# The lines that name the sample resource.
REGISTRATION = r"\b(app\.items|items_(admin|api|pages|views)\b|ItemAdmin,)"
CACHED_LIST = r'invalidate.*"items"'
LINK = r'url_for\("(items\.)?item_list"\)'
FACTORY = re.compile(
    r"^(?:async )?def create_item\(.*?(?=^\S(?<!\))|\Z)", re.MULTILINE | re.DOTALL
)


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


def delete_lines(path: Path, pattern: str) -> None:
    """Delete each line that names the sample resource."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    remaining = [line for line in lines if not re.search(pattern, line)]
    assert remaining != lines, path
    path.write_text("".join(remaining), "utf-8")


def add_factory(path: Path) -> None:
    """Add `create_project` after `create_item`."""
    repeat_lines(path, r"^from app\.items")
    text = path.read_text("utf-8")
    factory = FACTORY.search(text)
    assert factory
    path.write_text(f"{text.rstrip()}\n\n\n{rename(factory[0]).rstrip()}\n", "utf-8")


def delete_factory(path: Path) -> None:
    """Delete `create_item`."""
    delete_lines(path, r"^from app\.items")
    path.write_text(FACTORY.sub("", path.read_text("utf-8")), "utf-8")


def check_articles(directory: Path) -> None:
    """Check that the copy is about "a project", where the sample is about "an item"."""
    paths = [
        path
        for name in ("app/projects", "tests/projects")
        for path in (directory / name).rglob("*")
        if path.is_file()
    ]
    text = "\n".join(path.read_text("utf-8") for path in paths)
    assert not re.findall(r"(?i).*(?<![a-z])an[ _]project.*", text)
    assert re.search(r"\ba project\b", text)


def read_steps(directory: Path, heading: str) -> tuple[list[str], set[str]]:
    """Return the commands of a section of the README, and the files to change."""
    readme = (directory / "README.md").read_text("utf-8")
    found = re.search(rf"(?ms)^## {heading}\n(.*?)^## ", readme)
    assert found
    commands = re.findall(r"(?ms)^```sh\n(.*?)^```", found[1])
    items = re.findall(r"(?m)^- (.+?):", found[1])
    return commands, {*re.findall("`(.+?)`", " ".join(items))}


def test_the_steps_of_the_readme_add_a_resource_and_delete_the_sample(
    project: Project, tmp_path: Path
) -> None:
    directory = tmp_path / "project"
    shutil.copytree(project.directory, directory)
    git("add", "--all", cwd=directory)
    git("commit", "--quiet", "--message=Before", cwd=directory)
    environment = project.environment()

    (copy, verify), files = read_steps(directory, "Adding a resource")
    run(["sh", "-euc", copy], directory, environment)
    check_articles(directory)
    assert files == {MAIN, ACCOUNTS, FACTORIES, BASE}
    repeat_lines(directory / MAIN, REGISTRATION)
    repeat_lines(directory / ACCOUNTS, CACHED_LIST)
    add_factory(directory / FACTORIES)
    repeat_lines(directory / BASE, LINK)
    # The checks, and the tests of both resources. All tests run below.
    both = {"PYTEST_ADDOPTS": "tests/items tests/projects"}
    output = run(["sh", "-euc", verify], directory, environment | both)

    assert re.search(r"\d+ passed", output), output
    status = git("status", "--porcelain", "--untracked-files=all", cwd=directory)
    entries = [line.split(maxsplit=1) for line in status.splitlines()]
    changed = {path for state, path in entries if state != "??"}
    added = {path for state, path in entries if state == "??"}
    assert changed <= {MAIN, ACCOUNTS, FACTORIES, BASE}
    assert len(changed) <= MAX_CHANGED_FILES
    roles = {path.stem for path in (directory / "tests/items").glob("test_*.py")}
    assert {"test_api", "test_service"} <= roles
    assert {f"tests/projects/{role}.py" for role in roles} <= added
    assert {"app/projects/api.py", "app/projects/service.py"} <= added

    (remove, verify), files = read_steps(directory, "Deleting the sample")
    run(["sh", "-euc", remove], directory, environment)
    assert files == {MAIN, FACTORIES, BASE, HOME, "pyproject.toml", "README.md"}
    delete_lines(directory / MAIN, REGISTRATION)
    delete_factory(directory / FACTORIES)
    delete_lines(directory / BASE, LINK)
    delete_lines(directory / HOME, LINK)
    delete_lines(directory / "pyproject.toml", r"^seed = ")
    write, verify = verify.split("# Edit the migration now.\n")
    before = {*(directory / "migrations/versions").iterdir()}
    run(["sh", "-euc", write], directory, environment)
    (migration,) = {*(directory / "migrations/versions").iterdir()} - before
    text = migration.read_text("utf-8")
    text = text.replace("pass", 'op.drop_table("items")', 1)
    text = text.replace("revision =", "from alembic import op\n\nrevision =", 1)
    migration.write_text(text, "utf-8")
    output = run(["sh", "-euc", verify], directory, environment)
    assert re.search(r"\d+ passed", output), output
    assert not (directory / "app/items").exists()
