"""Compare `copier copy` and `trivet new` with Copier rendering an empty template.

The template without Jinja has the same files and one question: it shows what Copier
spends on the number of files. TMPDIR=/dev/shm leaves out the disk.

.venv/bin/python benchmarks/render.py [RUNS]
.venv/bin/python benchmarks/render.py profile

`profile` prints the functions of Copier in which `copier copy` spends most time.
"""

import cProfile
import pstats
import shutil
import sys
import tempfile
import time
from pathlib import Path

import yaml
from _measure import BIN, git, measure_in_turn, report
from copier import run_copy

ROOT = Path(__file__).parent.parent
EMPTY, PLAIN, COPY, NEW = (
    "copier copy (empty template)",
    "copier copy (without Jinja)",
    "copier copy",
    "trivet new --no-setup",
)
LIMITS = {PLAIN: (EMPTY, None), COPY: (EMPTY, 3.0), NEW: (COPY, 1.1)}
PROFILED_FUNCTIONS = 25


def create_empty_template(folder: Path) -> Path:
    """Create a template with one question and no files."""
    folder.mkdir()
    (folder / "copier.yml").write_text("name:\n  type: str\n  default: x\n", "utf-8")
    git("init", "-q", cwd=folder)
    git("add", ".", cwd=folder)
    git("commit", "-q", "-m", "Empty", cwd=folder)
    return folder


def create_plain_template(folder: Path, template: Path) -> Path:
    """Create a template with the same files, of which the used ones are rendered."""
    project = folder.with_name("rendered")
    run_copy(str(template), project, vcs_ref="HEAD", defaults=True, quiet=True)
    git("clone", "-q", "--no-local", template, folder, cwd=ROOT)
    framework = yaml.safe_load((project / ".copier-answers.yml").read_text("utf-8"))[
        "framework"
    ]
    excluded = []
    for path in list(folder.glob(f"template/{framework}/**/*")):
        if path.is_file():
            plain = path.rename(path.with_name(path.name.removesuffix(".jinja")))
            name = plain.relative_to(folder / "template" / framework).as_posix()
            if (project / name).is_file():
                plain.write_bytes((project / name).read_bytes())
            else:
                excluded.append(f"/{name}")
    settings = {
        "_subdirectory": f"template/{framework}",
        "_exclude": ["\n".join(excluded)],
        "name": {"type": "str", "default": "x"},
    }
    (folder / "copier.yml").write_text(yaml.safe_dump(settings), "utf-8")
    git("add", "--all", cwd=folder)
    git("commit", "-q", "-m", "Remove Jinja", cwd=folder)
    return folder


def compare(folder: Path, template: Path, runs: int) -> int:
    """Measure, print, and return the exit code."""
    empty, project = create_empty_template(folder / "empty"), folder / "project"
    copy = [BIN / "copier", "copy", "--quiet", "--defaults", "--vcs-ref", "HEAD"]
    new = [BIN / "trivet", "new", "--no-setup", "--defaults", "--template"]
    times = measure_in_turn(
        {
            EMPTY: [*copy, empty, project],
            PLAIN: [*copy, create_plain_template(folder / "plain", template), project],
            COPY: [*copy, template, project],
            NEW: [*new, template, project],
        },
        runs,
        prepare=lambda: shutil.rmtree(project, ignore_errors=True),
    )
    return report(times, LIMITS)


def profile(folder: Path, template: Path) -> None:
    """Print the functions of Copier by the processor time that they and others take."""
    profiler = cProfile.Profile(time.process_time)
    profiler.runcall(
        run_copy,
        str(template),
        folder / "project",
        vcs_ref="HEAD",
        defaults=True,
        quiet=True,
    )
    stats = pstats.Stats(profiler).strip_dirs()
    stats.sort_stats("cumulative").print_stats(
        r"_main|_template|_user_data|_vcs", PROFILED_FUNCTIONS
    )


def main() -> int:
    """Measure, print, and return the exit code."""
    argument = sys.argv[1] if len(sys.argv) > 1 else "7"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = folder / "template"
        git("clone", "-q", "--no-local", ROOT, template, cwd=ROOT)
        if argument == "profile":
            profile(folder, template)
            return 0
        return compare(folder, template, int(argument))


if __name__ == "__main__":
    sys.exit(main())
