from pathlib import Path

import pytest
from flask import Flask


@pytest.fixture
def directory(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return an empty directory in which the application stores files."""
    monkeypatch.setitem(app.config, "UPLOADS_DIR", tmp_path)
    return tmp_path
