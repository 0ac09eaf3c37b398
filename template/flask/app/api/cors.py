"""Which other origins may call the API from a browser."""

from collections.abc import Sequence

from flask import Flask
from flask_cors import CORS


def add_cors(app: Flask, origins: Sequence[str]) -> None:
    CORS(
        app,
        resources=r"/api/.*",
        origins=list(origins),
        allow_headers=["Content-Type", "X-Request-ID"],
        expose_headers=["Location", "Retry-After", "X-Request-ID"],
        max_age=600,
        always_send=False,
    )
