"""The documentation is correct: its tables, links, commands and versions."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from selector.template.questionnaire import Questionnaire
from selector.template.source import PackageTree
from tests.conftest import ROOT, git
from tests.repository import facts

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))[
    "project"
]

TRACKED = sorted(
    name
    for name in git(
        "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT
    ).split("\0")
    if name and (ROOT / name).is_file()
)

DOCUMENTS = [
    name
    for name in TRACKED
    if name.endswith(".md") and not name.startswith(("template/", "includes/"))
]

OWN_FILES = [
    name
    for name in TRACKED
    # Files of others, and the addresses of the public registry that uv writes.
    if not name.endswith((".lock", ".min.css", ".min.js"))
]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


@pytest.mark.parametrize("name", DOCUMENTS)
def test_relative_links_have_targets(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", read(name)):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        assert file.exists(), f"{name} links to {target}"
        if anchor:
            assert anchor in anchors(file.read_text("utf-8")), f"no {target}"


@pytest.mark.parametrize("name", facts.DOCUMENTS)
def test_generated_tables_are_up_to_date(name: str) -> None:
    text = read(name)
    assert list(facts.facts_in(text))
    assert facts.with_facts(text) == text, "run: python -m tests.repository.facts"


def test_every_answer_key_is_documented() -> None:
    text = read("docs/reference/answers.md")
    documented = re.findall(r"^### `(\w+)`$", text, re.MULTILINE)
    assert documented == Questionnaire(PackageTree()).keys


def test_the_readme_opens_with_two_commands_that_exist() -> None:
    block = re.search(r"```sh\n(.*?)```", read("README.md"), re.DOTALL)
    assert block
    commands = [line.split()[0] for line in block[1].splitlines()]
    assert commands == ["bin/trivet", "bin/test"]
    assert all((ROOT / command).is_file() for command in commands)


def test_versions_agree() -> None:
    version = PROJECT["version"]
    sections = re.findall(r"^## (\S+)", read("CHANGELOG.md"), re.MULTILINE)
    assert sections[0] in {version, "Unreleased"}
    assert version in sections or version.endswith(".dev0")
    locked = tomllib.loads(read("uv.lock"))["package"]
    assert [p["version"] for p in locked if p["name"] == "trivet"] == [version]


def test_the_changelog_dates_every_release() -> None:
    for heading in re.findall(r"^## (.*)$", read("CHANGELOG.md"), re.MULTILINE):
        assert re.fullmatch(r"Unreleased|\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", heading)


def test_the_oldest_python_is_the_same_everywhere() -> None:
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert f"Python {oldest} or later" in read("README.md")
    assert f"sys.version_info < ({oldest.replace('.', ', ')})" in read("bin/setup.sh")
    assert f'python: "{oldest}"' in read(".github/workflows/ci.yml")


def test_copiers_oldest_version_is_the_same_everywhere() -> None:
    settings = read("copier.yml")
    oldest = re.search(r'^_min_copier_version: "(\d+\.\d+)', settings, re.MULTILINE)
    assert oldest
    assert f"{oldest[1]} or later" in read("README.md")


def test_every_setting_of_a_service_is_documented() -> None:
    variable = re.compile(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|", re.MULTILINE)

    def variables(name: str) -> set[str]:
        cells = " ".join(variable.findall(read(name)))
        return set(re.findall(r"`([A-Z_]+)`", cells))

    assert variables("docs/reference/settings.md") == variables(
        "includes/README.md.jinja"
    )


def test_every_extension_of_flask_is_explained() -> None:
    requirements = read("template/flask/pyproject.toml.jinja")
    extensions = set(re.findall(r'"(apiflask|flask-[a-z0-9-]+)[><=]', requirements))
    explanation = read("docs/explanation/templates.md").lower()
    assert len(extensions) > 5
    assert {name for name in extensions if name not in explanation} == set()


def test_every_row_that_a_reason_rests_on_is_documented() -> None:
    text = read("docs/reference/criteria.md")
    rows = set(re.findall(r"^\| ([TUFP]\d+) \|", text, re.MULTILINE))
    sources = set(
        re.findall(
            r" (\w+) 20\d\d-\d\d ", read("src/selector/recommendation/criteria.yml")
        )
    )
    assert len(sources) > 30
    assert sources - {"D"} <= rows


# Paths of a developer's machine, and hosts of package indexes.
LOCAL = re.compile(
    rb"(?:^|[^\w.])/(?:root/(?!\.cache)|work/|Users/)"
    rb"|(?:^|[^\w.])/home/(?!me/)[a-z]"
    rb"|(?:^|[^\w.])/opt/(?:pypi|wheels)"
    rb"|\b(?:pypi|pythonhosted)\.org\b"
)


def test_no_file_names_a_developers_machine() -> None:
    found = {name: LOCAL.search((ROOT / name).read_bytes()) for name in OWN_FILES}
    assert {name: match for name, match in found.items() if match} == {}


def test_templates_are_linted_by_the_rules_of_the_projects_they_make() -> None:
    included = read("includes/ruff.toml.jinja")
    plain = "\n".join(line for line in included.splitlines() if "{{" not in line)
    of_projects = tomllib.loads(plain)["tool"]["ruff"]["lint"]
    ignores = of_projects.pop("per-file-ignores")
    of_all = {f"*/{pattern}": rules for pattern, rules in ignores.items()}
    of_each = {
        f"{framework}/{pattern}": rules
        for framework in ("django", "fastapi", "flask")
        for pattern, rules in own_ignores(framework).items()
    }

    of_templates = tomllib.loads(read("template/ruff.toml"))["lint"]
    del of_templates["isort"]
    assert of_templates.pop("per-file-ignores") == of_all | of_each
    assert of_templates == of_projects


def own_ignores(framework: str) -> dict[str, Any]:
    """Return a starter's additions to the ruff rules that all starters share."""
    project = read(f"template/{framework}/pyproject.toml.jinja")
    following = project.split("{% include 'includes/ruff.toml.jinja' %}\n")[1]
    return tomllib.loads(re.split(r"^\[", following, flags=re.MULTILINE)[0])


def test_scripts_for_sh_have_posix_syntax() -> None:
    for name in ("bin/trivet", "bin/test", "bin/setup.sh"):
        checked = subprocess.run(
            ["sh", "-n", ROOT / name], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stderr
    assert Path(ROOT / ".ci/run").read_text("utf-8").startswith("#!/usr/bin/env bash")
