"""Adds an app to a Django project and deletes the sample by the steps of its README."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import git
from tests.starters.harness import Project, run
from tests.starters.selection import for_use_case
from tests.starters.test_adding_a_resource import (
    MAX_CHANGED_FILES,
    check_articles,
    repeat_lines,
)

# The lines of existing files that name the sample.
LINES = {
    "config/settings.py": r'"app\.items"',
    "app/api/urls.py": r"app\.items|\bitems\)$",
    "app/pages/urls.py": r"app\.items",
    "app/pages/templates/base.html": r'nav_link "Items"',
}
CARD = r"""(?s)  <li>\n    <div class="card step">\n      {% icon "box" %}.*?</li>\n"""


def remove(path: Path, pattern: str) -> None:
    text = path.read_text("utf-8")
    remaining = re.sub(pattern, "", text)
    assert remaining != text, path
    path.write_text(remaining, "utf-8")


@pytest.mark.thorough
@pytest.mark.starters([for_use_case("data_driven_app", "django")])
@pytest.mark.skipif(sys.platform == "win32", reason="the steps are for a shell")
def test_the_steps_of_the_readme_add_an_app_and_delete_the_sample(
    project: Project, tmp_path: Path
) -> None:
    directory = shutil.copytree(project.directory, tmp_path / "project")
    copy_of_project = Project(project.starter, directory, project.environment_directory)
    git("add", "--all", cwd=directory)
    git("commit", "--quiet", "--message=Before", cwd=directory)
    readme = (directory / "README.md").read_text("utf-8")
    found = re.search(r"(?ms)^## Adding a resource\n(.*?)^## ", readme)
    assert found
    copy, verify = re.findall(r"(?ms)^```sh\n(.*?)^```", found[1])
    environment = project.environment()

    run(["sh", "-euc", copy], directory, environment)
    check_articles(directory)
    assert re.findall(r"(?m)^- `(.+?)`", found[1]) == [*LINES]
    assert len(LINES) <= MAX_CHANGED_FILES
    for name, pattern in LINES.items():
        repeat_lines(directory / name, pattern)

    (drop_table,) = re.findall(r"`(uv run [^`]+ zero)`", found[1])
    run(["sh", "-euc", drop_table], directory, environment)
    for name in ("app/items", "tests/items"):
        shutil.rmtree(directory / name)
    for name, pattern in LINES.items():
        remove(directory / name, rf"(?m)^.*(?:{pattern}).*\n")
    remove(directory / "app/pages/templates/next_steps.html", CARD)
    remove(directory / "pyproject.toml", r'{ cmd = "python manage.py seed" }, ')

    # The checks and all tests, including those of the new app.
    output = run(["sh", "-euc", verify], directory, environment)
    assert re.search(r"\d+ passed", output), output
    assert "analyst@example.com" in copy_of_project.poe("seed")
    roles = {path.name for path in (project.directory / "tests/items").glob("test_*")}
    copied = {path.name for path in (directory / "tests/projects").glob("test_*")}
    assert copied == roles - {"test_seed.py"}
