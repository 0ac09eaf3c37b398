"""`trivet new` installs the versions that the template was tested with."""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from selector.project.constraints import constraints_path
from tests.cli.conftest import Trivet
from tests.update.conftest import (  # noqa: F401 - pytest finds fixtures here
    copy,
    small_template,
    template,
)
from tests.update.releases import commit_all

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("uv"), reason="uv installs the packages"),
]

FLASK = {"known_framework": "flask"}
# The packages are local, so that this needs no index.
PYPROJECT = """\
[project]
name = "{{{{ project_slug }}}}"
version = "0"
requires-python = ">=3.11"
dependencies = ["poethepoet>=1", "sample>=1"]

[tool.uv]
package = false
no-index = true
find-links = ["{wheels}"]
"""
# Replaces `poe setup`, which imports what the project depends on.
POE = "def main(): import sample\n"
ENTRY_POINTS = "[console_scripts]\npoe = poe:main\n"


METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write_wheel(
    folder: Path, name: str, version: str, files: Mapping[str, str], entry_points: str
) -> None:
    info = f"{name}-{version}.dist-info"
    record = f"{info}/RECORD"
    contents = {
        **files,
        f"{info}/METADATA": METADATA.format(name=name, version=version),
        f"{info}/WHEEL": WHEEL,
        f"{info}/entry_points.txt": entry_points,
    }
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in contents.items():
            wheel.writestr(path, text)
        wheel.writestr(record, "".join(f"{path},,\n" for path in [*contents, record]))


@pytest.fixture
def constrained_template(
    small_template: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """Create a template that was tested before a dependency broke its interface."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    write_wheel(wheels, "poethepoet", "1.0", {"poe.py": POE}, ENTRY_POINTS)
    write_wheel(wheels, "sample", "1.0", {"sample.py": ""}, "")
    write_wheel(wheels, "sample", "2.0", {"sample.py": "raise ImportError"}, "")
    folder = Path(shutil.copytree(small_template, tmp_path / "template"))
    pyproject = folder / "template/flask/pyproject.toml.jinja"
    pyproject.write_text(PYPROJECT.format(wheels=wheels.as_posix()), "utf-8")
    constraints = folder / constraints_path("flask")
    constraints.parent.mkdir(parents=True)
    constraints.write_text("# The tested versions.\nsample==1.0\n", "utf-8")
    # Use the Python of the tests, whatever versions are installed.
    (folder / "template/flask/.python-version").unlink()
    commit_all(folder, "Depend on a package")
    monkeypatch.setenv("UV_PYTHON", sys.executable)
    return folder


def run_uv(project: Path, *arguments: str) -> int:
    command = ["uv", "--quiet", *arguments]
    return subprocess.run(command, cwd=project, check=False).returncode


def installed_version(project: Path) -> str:
    (info,) = (project / ".venv").rglob("sample-*.dist-info")
    return info.name.removeprefix("sample-").removesuffix(".dist-info")


def test_a_breaking_release_of_a_dependency_does_not_reach_new_projects(
    trivet: Trivet, constrained_template: Path, tmp_path: Path
) -> None:
    options = ("--template", constrained_template, "--data", "known_framework=flask")
    project = tmp_path / "by-trivet"
    outcome = trivet("new", project, *options, "--defaults")
    assert outcome.code == 0, outcome.out + outcome.err
    assert installed_version(project) == "1.0"

    # The lock file is what keeps the version, and the owner can move on.
    assert "constraint" not in (project / "pyproject.toml").read_text("utf-8")
    assert "constraint" not in (project / "uv.lock").read_text("utf-8")
    assert run_uv(project, "sync", "--locked") == 0
    assert installed_version(project) == "1.0"
    assert run_uv(project, "sync", "--upgrade") == 0
    assert installed_version(project) == "2.0"


def test_plain_copier_installs_the_newest_versions(
    constrained_template: Path, tmp_path: Path
) -> None:
    project = copy(constrained_template, tmp_path / "by-copier", FLASK)
    assert run_uv(project, "sync") == 0
    assert installed_version(project) == "2.0"
    assert run_uv(project, "run", "poe", "setup") == 1
