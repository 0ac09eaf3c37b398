"""The command `trivet`, as a script and as `python -m selector`."""

import sys

from selector import rendering

PROCESSES = {
    "new": rendering.Renderer,
    "preview": rendering.Renderer,
    "update": rendering.Updater,
}
LOOKING = {"--check", "--undo"}


def main() -> int:
    """Run the command; one that renders has Copier loaded from the start."""
    wanted = None
    if sys.argv[1:] and not LOOKING & set(sys.argv):
        wanted = PROCESSES.get(sys.argv[1])
    with rendering.prepared(wanted=wanted):
        from selector.cli import main as run  # noqa: PLC0415 - meanwhile

        return run()


if __name__ == "__main__":
    sys.exit(main())
