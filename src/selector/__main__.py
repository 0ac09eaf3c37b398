"""Lets `python -m selector` do what the command `trivet` does."""

import sys

from selector.cli import main

sys.exit(main())
