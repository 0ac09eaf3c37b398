"""Compare `trivet update` with `copier update` for a project with all features.

.venv/bin/python benchmarks/update.py [RUNS]
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from _measure import BIN, git, measure_in_turn, report

ROOT = Path(__file__).parent.parent
FRAMEWORK = "fastapi"
BASE, NEXT = "v1000.0.0", "v1000.1.0"
COPIER, TRIVET = "copier update", "trivet update --no-test"
LIMITS = {TRIVET: (COPIER, 1.3)}


def all_features() -> list[str]:
    """Return all features that a project of the framework can have."""
    path = ROOT / "src/selector/recommendation/criteria.yml"
    features: list[str] = yaml.safe_load(path.read_text("utf-8"))["available_features"][
        FRAMEWORK
    ]
    return features


def make_template(folder: Path) -> Path:
    """Clone the committed template and make two releases that differ in some files."""
    git("clone", "--quiet", "--no-local", ROOT, folder, cwd=ROOT)
    git("remote", "remove", "origin", cwd=folder)
    git("tag", BASE, cwd=folder)
    for file in sorted((folder / "template" / FRAMEWORK).rglob("*.py"))[::5]:
        file.write_text(f"{file.read_text('utf-8')}# New.\n", "utf-8")
    git("commit", "--quiet", "--all", "--message=Release", cwd=folder)
    git("tag", NEXT, cwd=folder)
    git("gc", "--quiet", cwd=folder)
    return folder


def main() -> int:
    """Measure, print, and return the exit code."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as name:
        template, project = make_template(Path(name, "template")), Path(name, "project")
        answers = (f"known_framework={FRAMEWORK}", f"features={all_features()}")
        data = [word for answer in answers for word in ("--data", answer)]
        copy = [BIN / "copier", "copy", "--vcs-ref", BASE, "--quiet", "--defaults"]
        subprocess.run([*copy, *data, template, project], check=True)
        git("init", "--quiet", "--initial-branch=main", cwd=project)
        git("add", "--all", cwd=project)
        git("commit", "--quiet", "--message=Start", cwd=project)

        def reset() -> None:
            git("checkout", "--quiet", "--force", "main", cwd=project)
            git("reset", "--quiet", "--hard", cwd=project)
            git("clean", "--quiet", "-d", "--force", cwd=project)
            git("update-ref", "-d", f"refs/heads/trivet/update-{NEXT}", cwd=project)

        times = measure_in_turn(
            {
                COPIER: [BIN / "copier", "update", "--quiet", "--defaults", project],
                TRIVET: [BIN / "trivet", "update", "--no-test", project],
            },
            runs,
            prepare=reset,
        )
    return report(times, LIMITS)


if __name__ == "__main__":
    sys.exit(main())
