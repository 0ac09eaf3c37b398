"""The dev container and AGENTS.md match the files and commands of the project."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Render
from tests.rendering.answers import cases, choices
from tests.rendering.conftest import Project, parameter

EXTRAS = {"agents", "devcontainer"}
WITH_EXTRAS = [
    parameter(case) for case in cases() if {*case.answers.get("extras", ())} >= EXTRAS
]


def devcontainer(project: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        (project / ".devcontainer/devcontainer.json").read_text("utf-8")
    )
    return content


@pytest.mark.parametrize("framework", choices("framework"))
def test_both_are_off_by_default(framework: str, render_without_code: Render) -> None:
    project = render_without_code({"known_framework": framework})
    assert not (project / ".devcontainer").exists()
    assert not (project / "AGENTS.md").exists()


@pytest.mark.parametrize("project", WITH_EXTRAS, indirect=True)
def test_the_debugger_starts_what_the_project_has(project: Project) -> None:
    directory = project.directory
    settings = devcontainer(directory)["customizations"]["vscode"]["settings"]
    configurations = {c["name"]: c for c in settings["launch"]["configurations"]}
    assert ("Debug the worker" in configurations) == ("tasks" in project.switches)
    for configuration in configurations.values():
        module = configuration.get("module", "")
        if module.startswith("app."):
            assert (directory / module.replace(".", "/") / "__main__.py").is_file()
        for argument in configuration.get("args", []):
            if argument.startswith("app."):
                path = argument.split(":")[0].replace(".", "/")
                assert (directory / f"{path}.py").is_file()
    if "django" in project.switches:
        assert (directory / "manage.py").is_file()


@pytest.mark.parametrize("project", WITH_EXTRAS, indirect=True)
def test_agents_md_names_the_tasks_that_exist(project: Project) -> None:
    directory = project.directory
    text = (directory / "AGENTS.md").read_text("utf-8")
    settings = tomllib.loads((directory / "pyproject.toml").read_text("utf-8"))
    named = set(re.findall(r"uv run poe ([\w-]+)", text))
    assert named
    assert named <= set(settings["tool"]["poe"]["tasks"])
    assert ("worker" in named) == ("worker" in settings["tool"]["poe"]["tasks"])


@pytest.mark.parametrize("project", WITH_EXTRAS, indirect=True)
def test_agents_md_names_the_folders_that_exist(project: Project) -> None:
    directory = project.directory
    text = (directory / "AGENTS.md").read_text("utf-8")
    layout = text.split("## Layout")[1].split("## Rules")[0]
    named = set(re.findall(r"^- `([^`]+)`:", layout, re.MULTILINE))
    assert {path for path in named if not (directory / path).exists()} == set()
    folders = {
        f"app/{path.name}/"
        for path in (directory / "app").iterdir()
        if path.is_dir() and path.name not in {"middleware", "__pycache__"}
    }
    assert folders <= named
