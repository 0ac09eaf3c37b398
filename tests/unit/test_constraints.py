"""The versions that `trivet new` installs."""

import shutil
import tomllib
import zipfile
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


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("uv"), reason="uv locks the versions")
def test_uv_keeps_the_tested_version_until_it_is_asked_to_upgrade(
    tmp_path: Path,
) -> None:
    """Lock local packages, so that this needs no index."""
    for version in ("1.0", "2.0"):
        folder = tmp_path / "wheels"
        folder.mkdir(exist_ok=True)
        write_wheel(folder, "sample", version)
    project = tmp_path / "project"
    project.mkdir()
    text = f"""\
[project]
name = "x"
version = "0"
requires-python = ">=3.11"
dependencies = ["sample>=1"]

[tool.uv]
package = false
no-index = true
find-links = ["{folder.as_posix()}"]
"""
    (project / "pyproject.toml").write_text(text, "utf-8")
    result = constraints.lock(project, ["sample==1.0"])
    assert result.ok, result.stderr
    lock = project / "uv.lock"
    assert 'version = "1.0"' in lock.read_text("utf-8")
    assert "constraints" not in lock.read_text("utf-8")
    assert process.run("uv", "lock", "--check", cwd=project).ok
    assert process.run("uv", "lock", "--upgrade", cwd=project).ok
    assert 'version = "2.0"' in lock.read_text("utf-8")


def write_wheel(folder: Path, name: str, version: str) -> None:
    """Write a wheel without any module."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        wheel.writestr(f"{info}/METADATA", metadata)
        tags = "Root-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: x\n{tags}")
        wheel.writestr(f"{info}/RECORD", "")
