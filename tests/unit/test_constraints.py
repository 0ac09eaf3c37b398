"""The versions that `trivet new` installs."""

import tomllib
from pathlib import Path

import pytest

from selector import process
from selector.process import Result
from selector.project import constraints
from tests.repository.constraints import read_constraints, read_dependencies

PYPROJECT = """\
[project]
name = "x"
version = "0"

[tool.uv]
package = false
"""


@pytest.mark.parametrize("framework", ["django", "fastapi", "flask"])
def test_every_dependency_has_a_tested_version_within_its_bounds(
    framework: str,
) -> None:
    tested = read_constraints(framework)
    dependencies = read_dependencies(framework)
    assert len(dependencies) > 10
    for dependency in dependencies:
        versions = [
            specifier.version
            for constraint in tested
            if constraint.name == dependency.name
            for specifier in constraint.specifier
        ]
        assert versions, f"{dependency} has no tested version"
        assert all(v in dependency.specifier for v in versions), dependency


@pytest.mark.parametrize("text", [PYPROJECT, PYPROJECT.partition("\n[tool.uv]")[0]])
@pytest.mark.parametrize("first_result", [0, 1])
def test_constraints_are_only_in_pyproject_for_the_first_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, first_result: int
) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(text, "utf-8")
    seen = []

    def run(*arguments: str, cwd: Path) -> Result:
        assert (arguments, cwd) == (("uv", "lock"), tmp_path)
        settings = tomllib.loads(file.read_text("utf-8")).get("tool", {}).get("uv", {})
        seen.append(settings.get("constraint-dependencies"))
        return Result(first_result, "", "no such version")

    monkeypatch.setattr(process, "run", run)
    entries = ["six==1.0 ; sys_platform == 'win32'"]
    assert constraints.lock(tmp_path, entries).code == first_result
    assert seen == ([entries] if first_result else [entries, None])
    assert file.read_text("utf-8") == text
