"""The workflows of this repository, and when a tag is due."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT, find_program, git

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def load(path: Path) -> dict[str, Any]:
    # BaseLoader keeps the key `on` as text; YAML would read it as true.
    document: dict[str, Any] = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 - it makes texts only
    return document


def test_zizmor_finds_nothing() -> None:
    checked = subprocess.run(
        [
            find_program("zizmor"),
            "--offline",
            "--no-progress",
            "--no-config",
            *WORKFLOWS,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.skipif(
    sys.platform != "linux", reason="actionlint comes as a wheel for Linux only"
)
def test_actionlint_finds_nothing() -> None:
    checked = subprocess.run(
        [find_program("actionlint"), *WORKFLOWS],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_hash_with_their_version(path: Path) -> None:
    uses = re.findall(r"uses: (.*)$", path.read_text("utf-8"), re.MULTILINE)
    assert uses
    for action in uses:
        if not action.startswith("./"):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


def test_an_action_is_pinned_to_one_version() -> None:
    pins: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for name, pin in re.findall(
            r"uses: ([\w/-]+)@(.*)$", path.read_text("utf-8"), re.MULTILINE
        ):
            pins.setdefault(name, set()).add(pin)
    assert {name: found for name, found in pins.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_only_the_job_that_tags_may_write(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {"contents": "read"}
    writers = [
        name
        for name, job in workflow["jobs"].items()
        if "write" in job.get("permissions", {}).values()
    ]
    assert writers == (["tag"] if path.name == "release.yml" else [])
    assert "secrets." not in path.read_text("utf-8")


def test_three_operating_systems_are_tested_with_the_whole_history() -> None:
    jobs = load(ROOT / ".github/workflows/ci.yml")["jobs"]
    runners = {entry["os"] for entry in jobs["quick"]["strategy"]["matrix"]["include"]}
    assert {runner.split("-")[0] for runner in runners} == {
        "ubuntu",
        "macos",
        "windows",
    }
    for job in jobs.values():
        checkout = job["steps"][0]["with"]
        assert checkout == {"fetch-depth": "0", "persist-credentials": "false"}


def test_a_tag_waits_for_the_tests() -> None:
    jobs = load(ROOT / ".github/workflows/release.yml")["jobs"]
    assert set(jobs["tag"]["needs"]) == {"tests", "wheel"}
    assert jobs["tests"]["uses"] == "./.github/workflows/ci.yml"


@pytest.mark.parametrize(
    ("heading", "tags", "due"),
    [
        ("## 1.2.0 - 2026-12-01", [], "true"),
        ("## 1.2.0 - 2026-12-01", ["v1.1.0", "v1.2.0rc1"], "true"),
        ("## 1.2.0 - 2026-12-01", ["v1.2.0"], "false"),
        ("## 1.2.0", [], "false"),
        ("## Unreleased", [], "false"),
        ("## 1.2.0rc1 - 2026-12-01", [], "false"),
        ("## 11.2.0 - 2026-12-01", [], "false"),
    ],
)
def test_a_tag_is_due_when_the_version_is_new_and_dated(
    tmp_path: Path, heading: str, tags: list[str], due: str
) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n', "utf-8")
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n{heading}\n", "utf-8")
    git("init", "--quiet", cwd=tmp_path)
    git("commit", "--quiet", "--allow-empty", "--message=One", cwd=tmp_path)
    for tag in tags:
        git("tag", tag, cwd=tmp_path)
    output = subprocess.run(
        [sys.executable, ROOT / ".ci/release.py"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert output.stdout == f"version=1.2.0\ndue={due}\n"
