"""The files of the extras pass their linters and match their schemas."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

from tests.conftest import ROOT, find_program
from tests.rendering.answers import environment
from tests.rendering.conftest import Project

# Schemas from check-jsonschema, by file.
SCHEMAS = {
    ".github/workflows/ci.yml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
    "compose.yaml": "vendor.compose-spec",
    "renovate.json": "vendor.renovate",
}


@cache
def lint_file(command: tuple[str, ...], name: str, text: str, scratch: Path) -> str:
    """Return what a linter reports about a file."""
    file = scratch / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    run = subprocess.run(
        [*command, name], cwd=scratch, capture_output=True, text=True, check=False
    )
    return run.stdout + run.stderr if run.returncode else ""


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@cache
def find_schema_errors(schema: str, name: str, text: str, scratch: Path) -> str:
    """Return how a file violates its schema."""
    file = scratch / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    # Run it in this process, since starting another takes longer than the check.
    run = CliRunner().invoke(check_jsonschema, ["--builtin-schema", schema, str(file)])
    return run.output if run.exit_code else ""


def test_the_files_of_the_extras_are_valid_by_their_schemas(
    project: Project, scratch: Path
) -> None:
    for name, schema in SCHEMAS.items():
        if name in project.texts:
            assert not find_schema_errors(schema, name, project.texts[name], scratch)


def test_hadolint_finds_nothing_in_the_dockerfile(
    project: Project, scratch: Path
) -> None:
    if "Dockerfile" in project.texts:
        text = project.texts["Dockerfile"]
        command = (find_program("hadolint"), "--failure-threshold", "style")
        assert not lint_file(command, "Dockerfile", text, scratch)


def test_zizmor_finds_nothing_in_the_workflow(project: Project, scratch: Path) -> None:
    name = ".github/workflows/ci.yml"
    if name in project.texts:
        command = (find_program("zizmor"), "--offline", "--quiet", "--no-progress")
        assert not lint_file(command, name, project.texts[name], scratch)


@pytest.mark.skipif(
    sys.platform != "linux", reason="actionlint comes as a wheel for Linux only"
)
def test_actionlint_finds_nothing_in_the_workflow(
    project: Project, scratch: Path
) -> None:
    name = ".github/workflows/ci.yml"
    if name in project.texts:
        assert not lint_file(
            (find_program("actionlint"),), name, project.texts[name], scratch
        )


def test_files_for_production_contain_no_secrets(project: Project) -> None:
    for name in ("Dockerfile", "compose.yaml"):
        for line in project.texts.get(name, "").splitlines():
            if "SECRET" in line or "PASSWORD:" in line:
                assert "RANDOM" in line or re.search(r"\$\{\w+:(\?|-\})", line), line


def test_the_image_runs_as_an_unprivileged_user_without_development_tools(
    project: Project,
) -> None:
    if "container" in project.switches:
        image = project.texts["Dockerfile"]
        assert all("--no-dev" in line for line in re.findall("uv sync.*", image))
        last = image.split("\nFROM ")[-1]
        assert "uv sync" not in last
        (user,) = re.findall(r"^USER (\S+)$", last, re.MULTILINE)
        assert int(user.partition(":")[0]) > 0
        # Hidden files, such as .env with its secrets, are not copied either.
        assert {"tests", ".*"} <= {*project.texts[".dockerignore"].splitlines()}


@pytest.mark.parametrize(
    ("address", "override"),
    [
        ("https://example.org/someone/trivet.git", None),
        ("git+https://example.org/someone/trivet", None),
        ("ssh://git@example.org/someone/trivet.git", None),
        ("git@example.org:someone/trivet.git", None),
        ("gh:someone/trivet", "https://github.com/someone/trivet"),
        ("gl:someone/trivet.git", "https://gitlab.com/someone/trivet.git"),
    ],
)
def test_renovate_follows_a_template_that_it_can_reach(
    address: str, override: str | None
) -> None:
    config = renovate_for(address)
    rule = config["packageRules"][-1]
    assert "copier" in config["enabledManagers"]
    assert rule["matchManagers"] == ["copier"]
    assert rule.get("overridePackageName") == override


@pytest.mark.parametrize(
    "address",
    [
        "/home/me/trivet",
        "~/trivet",
        ".",
        "C:\\trivet",
        "file:///trivet",
        "git+file:///x",
    ],
)
def test_renovate_ignores_a_template_at_a_local_path(address: str) -> None:
    assert "copier" not in json.dumps(renovate_for(address))


def renovate_for(address: str) -> dict[str, Any]:
    question = yaml.safe_load((ROOT / "questions/update.yml").read_text("utf-8"))
    known = (
        environment()
        .from_string(question["template_address"]["default"])
        .render(template_source=address)
    )
    content: dict[str, Any] = json.loads(
        environment()
        .get_template("includes/renovate.json.jinja")
        .render(
            template_address=known,
            extras=["container", "ci", "renovate"],
            ci_provider="github",
        )
    )
    return content


def test_renovate_manages_only_existing_files(project: Project) -> None:
    if "renovate.json" not in project.texts:
        return
    manager_files = {
        "pep621": "pyproject.toml",
        "pyenv": ".python-version",
        "dockerfile": "Dockerfile",
        "docker-compose": "compose.yaml",
        "github-actions": ".github/workflows/ci.yml",
        "gitlabci": ".gitlab-ci.yml",
    }
    expected = {name for name, file in manager_files.items() if file in project.texts}
    config = json.loads(project.texts["renovate.json"])
    # The template of the tests is a local path, so Renovate does not update from it.
    assert set(config["enabledManagers"]) == expected
