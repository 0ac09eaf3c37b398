"""Static files of the pages."""

import mimetypes
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

STATIC_DIR = Path(__file__).parent / "static"


def mount_static(app: FastAPI) -> None:
    mimetypes.init()  # StaticFiles needs it, and would read files in the first request
    app.mount("/static", StaticFiles(directory=STATIC_DIR), name="static")
