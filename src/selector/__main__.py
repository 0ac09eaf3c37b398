"""The command `trivet`, as a script and as `python -m selector`."""

import sys

from selector import rendering

RENDERING = {"new", "preview"}


def main() -> int:
    """Run the command; one that renders has Copier loaded from the start."""
    with rendering.prepared(wanted=bool(RENDERING & set(sys.argv[1:2]))):
        from selector.cli import main as run  # noqa: PLC0415 - meanwhile

        return run()


if __name__ == "__main__":
    sys.exit(main())
