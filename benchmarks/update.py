"""An update of a full project: at most 3 times rendering it, both as whole processes.

Over 1, 10 and 100 releases of the template's history. What Copier takes by itself is
shown beside it, and binds nobody.

.venv/bin/python benchmarks/update.py [RUNS]
"""

import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from _together import BIN, in_turn, report

ROOT = Path(__file__).parent.parent
MOST = 3
RELEASES = (1, 10, 100)
FRAMEWORK = "fastapi"


def built() -> list[str]:
    """Give all features that a project can have."""
    path = ROOT / "src/selector/recommendation/criteria.yml"
    criteria = yaml.safe_load(path.read_text("utf-8"))
    features: list[str] = criteria["built"][FRAMEWORK]
    return features


def git(*words: str | Path, cwd: Path) -> None:
    """Run git as someone."""
    author = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    command = ["git", *author, "-c", "commit.gpgSign=false", *map(str, words)]
    subprocess.run(command, cwd=cwd, check=True, capture_output=True)


def with_history(place: Path, releases: int) -> Path:
    """Clone the committed template, and release it so often, with a change each."""
    git("clone", "--quiet", "--no-local", ROOT, place, cwd=ROOT)
    git("remote", "remove", "origin", cwd=place)
    git("tag", "v1000.0.0", cwd=place)
    changelog = place / "CHANGELOG.md"
    files = sorted((place / "template" / FRAMEWORK).rglob("*.py"))
    for number in range(1, releases + 1):
        file = files[number % len(files)]
        file.write_text(f"{file.read_text('utf-8')}# Release {number}\n", "utf-8")
        section = f"\n## 1000.0.{number} - 2030-01-01\n\n- A comment.\n\n## "
        changelog.write_text(
            re.sub("\n## ", section, changelog.read_text("utf-8"), count=1), "utf-8"
        )
        git("commit", "--quiet", "--all", "--message=Release", cwd=place)
        git("tag", f"v1000.0.{number}", cwd=place)
    git("gc", "--quiet", cwd=place)
    return place


def measure(folder: Path, releases: int, runs: int) -> int:
    """Measure over a history of so many releases."""
    template = with_history(folder / "template", releases)
    fresh, project = folder / "fresh", folder / "project"
    answers = (f"known_framework={FRAMEWORK}", f"features={built()}", "licence=mit")
    data = [word for answer in answers for word in ("--data", answer)]
    copier, trivet = BIN / "copier", BIN / "trivet"
    old = ["--vcs-ref", "v1000.0.0", "--quiet", "--defaults", *data]
    subprocess.run([copier, "copy", *old, template, project], check=True)
    git("init", "--quiet", "--initial-branch=main", cwd=project)
    git("add", "--all", cwd=project)
    git("commit", "--quiet", "--message=Start", cwd=project)

    def as_before() -> None:
        subprocess.run(["rm", "-rf", str(fresh)], check=True)
        git("checkout", "--quiet", "--force", "main", cwd=project)
        git("reset", "--quiet", "--hard", cwd=project)
        git("clean", "--quiet", "-d", "--force", cwd=project)
        branch = f"trivet/update-v1000.0.{releases}"
        git("update-ref", "-d", f"refs/heads/{branch}", cwd=project)

    print(f"\n{releases} release{'s' if releases > 1 else ''}")
    new = ["new", "--no-setup", "--defaults", "--template", template, *data, fresh]
    by_trivet = in_turn(
        {
            "trivet new --no-setup": [trivet, *new],
            "trivet update --no-test": [trivet, "update", "--no-test", project],
        },
        runs,
        before=as_before,
    )
    copy = ["copy", "--quiet", "--defaults", *data, template, fresh]
    by_copier = in_turn(
        {
            "copier copy": [copier, *copy],
            "copier update": [copier, "update", "--quiet", "--defaults", project],
        },
        runs,
        before=as_before,
    )
    worst = report(by_trivet, "trivet new --no-setup", MOST)
    report(by_copier, "copier copy", math.inf)
    return worst


def main() -> int:
    """Measure, print, and give the exit code."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    worst = 0
    for releases in RELEASES:
        with tempfile.TemporaryDirectory() as folder:
            worst = max(worst, measure(Path(folder), releases, runs))
    return worst


if __name__ == "__main__":
    sys.exit(main())
