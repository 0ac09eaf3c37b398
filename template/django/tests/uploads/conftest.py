from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, settings: Any) -> Path:
    """Store the files of each test in an empty directory."""
    backend = "django.core.files.storage.FileSystemStorage"
    uploads = {"BACKEND": backend, "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"uploads": uploads}
    return tmp_path
