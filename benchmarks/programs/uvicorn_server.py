"""Serve the application of another program: FILE, on the port in PORT."""

import os
import sys
from pathlib import Path

import uvicorn

if __name__ == "__main__":
    uvicorn.run(
        f"{Path(sys.argv[1]).stem}:app",
        port=int(os.environ["PORT"]),
        access_log=False,
        log_config=None,
        server_header=False,
    )
