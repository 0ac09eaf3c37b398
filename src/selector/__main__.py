"""Run the command `trivet` as `python -m selector`."""

import sys

from selector.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
