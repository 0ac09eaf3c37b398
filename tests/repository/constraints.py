"""Export the dependency versions that `trivet new` installs.

For each framework, the dependencies of projects with every feature and extra are
locked at their newest versions, once for each database. Run this with
`python -m tests.repository.constraints`, then run the tests, then commit the files.
"""

import re
import subprocess
import tempfile
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from packaging.requirements import Requirement

from selector.template.questionnaire import Questionnaire
from selector.template.source import PackageTree
from tests.conftest import ROOT, render_into

FOLDER = ROOT / "includes/constraints"
DATABASES = ("sqlite", "postgresql", "mysql")
EXPORT = (
    "export",
    "--quiet",
    "--frozen",
    "--all-groups",
    "--no-emit-project",
    "--no-hashes",
    "--no-annotate",
    "--no-header",
)


def read_constraints(framework: str) -> list[Requirement]:
    """Return the stored constraints of a framework."""
    text = (FOLDER / f"{framework}.txt").read_text("utf-8")
    lines = text.splitlines()
    return [Requirement(line) for line in lines if line and line[0] != "#"]


def read_dependencies(framework: str) -> list[Requirement]:
    """Return all dependencies that a project of a framework can have."""
    file = ROOT / "template" / framework / "pyproject.toml.jinja"
    text = file.read_text("utf-8")
    found = re.findall(
        r'^    "([a-z][a-z0-9-]*(?:\[[a-z,0-9]+\])?[>=~].*?)",', text, re.MULTILINE
    )
    return [Requirement(line) for line in found]


def export(framework: str, folder: Path) -> list[str]:
    """Return the locked versions of a framework's largest projects."""
    model = Questionnaire(PackageTree()).model
    available = list(model.available_features[framework])
    # With live updates, Django and Flask run on another server.
    without_realtime = [feature for feature in available if feature != "realtime"]
    lines: set[str] = set()
    for database, features in product(DATABASES, (available, without_realtime)):
        project = folder / f"{framework}-{database}-{len(features)}"
        answers = {
            "known_framework": framework,
            "features": features,
            "database": database,
            "extras": ["container", "ci", "precommit", "renovate", "devcontainer"],
        }
        render_into(project, template=ROOT, answers=answers)
        _run("lock", "--quiet", "--upgrade", cwd=project)
        lines |= set(_run(*EXPORT, cwd=project).splitlines())
    _require_one_version(lines)
    return sorted(lines)


def _require_one_version(lines: set[str]) -> None:
    """Raise ValueError if a package has several versions under the same condition."""
    seen: dict[tuple[str, str], str] = {}
    for line in sorted(lines):
        requirement = Requirement(line)
        key = (requirement.name, str(requirement.marker or ""))
        version = seen.setdefault(key, str(requirement.specifier))
        if version != str(requirement.specifier):
            message = f"{requirement.name} has two versions. Run this script again."
            raise ValueError(message)


def _run(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        ["uv", *arguments], cwd=cwd, check=True, capture_output=True, text=True
    )
    return done.stdout


def write(framework: str, lines: Sequence[str]) -> None:
    """Store the constraints of a framework."""
    FOLDER.mkdir(exist_ok=True)
    text = "# Written by `python -m tests.repository.constraints`.\n"
    text += "".join(f"{line}\n" for line in lines)
    (FOLDER / f"{framework}.txt").write_text(text, "utf-8", newline="\n")


def main() -> None:
    """Export the constraints of all frameworks."""
    with tempfile.TemporaryDirectory(prefix="trivet-constraints-") as folder:
        for framework in Questionnaire(PackageTree()).model.frameworks:
            write(framework, export(framework, Path(folder)))


if __name__ == "__main__":
    main()
