"""Serve the application of another program: FILE, on the port in PORT."""

import os
import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces

if __name__ == "__main__":
    Granian(
        sys.argv[1],
        port=int(os.environ["PORT"]),
        interface=Interfaces.WSGI,
        blocking_threads=8,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    ).serve()
