"""The dev container and AGENTS.md describe what the project has."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Render
from tests.rendering.answers import model

FRAMEWORKS = ("django", "flask", "fastapi")


def rendered(render: Render, framework: str, features: list[str]) -> Path:
    return render(
        {
            "known_framework": framework,
            "features": features,
            "extras": ["devcontainer", "agents", "precommit"],
        }
    )


def everything(framework: str) -> list[str]:
    features: list[str] = model()["built"][framework]
    return features


def devcontainer(project: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        (project / ".devcontainer/devcontainer.json").read_text("utf-8")
    )
    return content


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_both_are_off_by_default(framework: str, render: Render) -> None:
    project = render({"known_framework": framework})
    assert not (project / ".devcontainer").exists()
    assert not (project / "AGENTS.md").exists()


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("full", [True, False], ids=["all", "none"])
def test_the_debugger_starts_what_the_project_has(
    framework: str, render: Render, *, full: bool
) -> None:
    features = everything(framework) if full else []
    project = rendered(render, framework, features)
    settings = devcontainer(project)["customizations"]["vscode"]["settings"]
    configurations = {c["name"]: c for c in settings["launch"]["configurations"]}
    assert ("Debug the worker" in configurations) == ("tasks" in features)
    for configuration in configurations.values():
        module = configuration.get("module", "")
        if module.startswith("app."):
            assert (project / module.replace(".", "/") / "__main__.py").is_file()
        for argument in configuration.get("args", []):
            if argument.startswith("app."):
                path = argument.split(":")[0].replace(".", "/")
                assert (project / f"{path}.py").is_file()
    if framework == "django":
        assert (project / "manage.py").is_file()


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("full", [True, False], ids=["all", "none"])
def test_agents_md_names_the_tasks_that_exist(
    framework: str, render: Render, *, full: bool
) -> None:
    project = rendered(render, framework, everything(framework) if full else [])
    text = (project / "AGENTS.md").read_text("utf-8")
    settings = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    named = set(re.findall(r"uv run poe ([\w-]+)", text))
    assert named
    assert named <= set(settings["tool"]["poe"]["tasks"])
    assert ("worker" in named) == ("worker" in settings["tool"]["poe"]["tasks"])


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("full", [True, False], ids=["all", "none"])
def test_agents_md_names_the_folders_that_exist(
    framework: str, render: Render, *, full: bool
) -> None:
    project = rendered(render, framework, everything(framework) if full else [])
    text = (project / "AGENTS.md").read_text("utf-8")
    layout = text.split("## Layout")[1].split("## Rules")[0]
    named = set(re.findall(r"^- `([^`]+)`:", layout, re.MULTILINE))
    assert {path for path in named if not (project / path).exists()} == set()
    folders = {
        f"app/{path.name}/"
        for path in (project / "app").iterdir()
        if path.is_dir() and path.name not in {"middleware", "__pycache__"}
    }
    assert folders <= named
