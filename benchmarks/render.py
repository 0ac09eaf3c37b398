"""Compare `copier copy` and `trivet new` with Copier rendering an empty template.

.venv/bin/python benchmarks/render.py [RUNS]
"""

import shutil
import sys
import tempfile
from pathlib import Path

from _measure import BIN, git, measure_in_turn, report

ROOT = Path(__file__).parent.parent
EMPTY, COPY, NEW = (
    "copier copy (empty template)",
    "copier copy",
    "trivet new --no-setup",
)
LIMITS = {COPY: (EMPTY, 3.0), NEW: (COPY, 1.1)}


def main() -> int:
    """Measure, print, and return the exit code."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        empty, template, project = (
            Path(folder, name) for name in ("empty", "template", "project")
        )
        empty.mkdir()
        (empty / "copier.yml").write_text("name:\n  type: str\n  default: x\n", "utf-8")
        git("init", "-q", cwd=empty)
        git("add", ".", cwd=empty)
        git("commit", "-q", "-m", "Empty", cwd=empty)
        git("clone", "-q", ROOT, template, cwd=ROOT)
        copy = [BIN / "copier", "copy", "--quiet", "--defaults", "--vcs-ref", "HEAD"]
        new = [BIN / "trivet", "new", "--no-setup", "--defaults", "--template"]
        times = measure_in_turn(
            {
                EMPTY: [*copy, empty, project],
                COPY: [*copy, template, project],
                NEW: [*new, template, project],
            },
            runs,
            prepare=lambda: shutil.rmtree(project, ignore_errors=True),
        )
    return report(times, LIMITS)


if __name__ == "__main__":
    sys.exit(main())
