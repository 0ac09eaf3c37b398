"""Almost any project name works, and is shown unchanged everywhere."""

import ast
import html
import re
import tokenize
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.conftest import Render
from tests.rendering.answers import choices

NAMES = [
    '"; rm -rf',
    'R&D: "Ada\'s" #1',
    "It's 'quoted'",
    '"Both" it\'s',
    "Große Bücher 世界 🚀 1",
    "class",
    "Flask",
    "- dash: [a], *b* & !c",
    "100% sure? @home | ~ yes",
    "snake_case *star* &amp; #hash #",
    "null",
    "007",
    "%d %(name)s 1",
]


def projects(render: Render, name: str) -> list[Path]:
    return [
        render(
            {
                "project_name": name,
                "known_framework": framework,
                "features": ["api", "pages"],
                "database": "postgresql",
                "licence": "mit",
                "ci_provider": provider,
            },
            name=framework,
        )
        for framework, provider in zip(
            choices("framework"), ("github", "gitlab", "github"), strict=True
        )
    ]


# The starters that are run also have an unusual name, so bin/test leaves this out.
@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_an_unusual_name_is_shown_unchanged(render: Render, name: str) -> None:
    for project in projects(render, name):
        check_readme(project, name)
        check_toml(project, name)
        check_yaml(project)
        check_python(project, name)
        check_templates(project, name)


def check_readme(project: Path, name: str) -> None:
    title = (project / "README.md").read_text(encoding="utf-8").splitlines()[0]
    # Markdown removes a backslash before punctuation.
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", title) == f"# {name}"
    text = re.sub(r"\\.", "", title.removeprefix("# "))
    assert not re.search(r"[*_\[\]#~]|&#?\w+;", text)


def check_toml(project: Path, name: str) -> None:
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)["project"]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", content["name"])
    assert name in content.get("description", name)


def check_yaml(project: Path) -> None:
    compose = yaml.safe_load((project / "compose.yaml").read_text(encoding="utf-8"))
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", compose["name"])
    assert compose["services"]["migrate"]["image"] == compose["name"]


def check_python(project: Path, name: str) -> None:
    """Compare tokens: this Python may be older than the project's."""
    strings = set()
    for path in project.rglob("settings.py"):
        with path.open("rb") as file:
            for token in tokenize.tokenize(file.readline):
                if token.type == tokenize.STRING and token.string[0] in "'\"":
                    strings.add(ast.literal_eval(token.string))
    assert name in strings


def check_templates(project: Path, name: str) -> None:
    """Check that pages read the name from a setting, or escape it."""
    for path in project.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert name == html.escape(name) or name not in text


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["", " ", "x" * 200, "🚀🚀", "../../etc", "{{ 7*7 }}", "a\nb", "`id`", "<b>x</b>"],
)
def test_a_name_that_cannot_be_made_safe_is_refused(
    render_without_code: Render, name: str
) -> None:
    with pytest.raises(ValueError, match="project_name"):
        render_without_code({"project_name": name})
