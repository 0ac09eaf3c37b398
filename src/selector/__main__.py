"""The command `trivet`, as a script and as `python -m selector`."""

import sys

from selector.project import rendering

RENDERINGS = {"new": 1, "preview": 1, "update": 2}
LOOKING = {"--check", "--undo"}


def main() -> int:
    """Run the command; one that renders has Copier loaded from the start."""
    wanted = 0
    if sys.argv[1:] and not LOOKING & set(sys.argv):
        wanted = RENDERINGS.get(sys.argv[1], 0)
    with rendering.prepared(wanted=wanted):
        from selector.cli.main import main as run  # noqa: PLC0415 - meanwhile

        return run()


if __name__ == "__main__":
    sys.exit(main())
