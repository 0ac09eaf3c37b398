from pathlib import Path

import pytest

from app.state import State


@pytest.fixture
def directory(state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty directory in which the application stores files."""
    monkeypatch.setattr(state["settings"], "uploads_dir", tmp_path)
    return tmp_path
