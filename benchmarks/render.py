"""`trivet new --no-setup`: at most 1.6 times Copier rendering an empty template.

.venv/bin/python benchmarks/render.py [RUNS]
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from _together import BIN, in_turn, report

MOST = 1.6


def main() -> int:
    """Measure, print, and give the exit code."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        empty, project = Path(folder, "empty"), Path(folder, "project")
        empty.mkdir()
        (empty / "copier.yml").write_text("name: x\n", "utf-8")
        author = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Empty"]):
            subprocess.run(["git", *author, *words], cwd=empty, check=True)
        copy = [BIN / "copier", "copy", "--quiet", "--defaults", empty, project]
        new = [BIN / "trivet", "new", "--no-setup", "--defaults", project]
        seconds = in_turn(
            {"copier copy (empty template)": copy, "trivet new --no-setup": new},
            runs,
            before=lambda: shutil.rmtree(project, ignore_errors=True),
        )
    return report(seconds, "copier copy (empty template)", MOST)


if __name__ == "__main__":
    sys.exit(main())
