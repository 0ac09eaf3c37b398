"""The wheel: it contains the questions and the decision, but no template."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("uv"), reason="uv builds the wheel"),
]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Build the wheel and unpack it, away from the checkout."""
    subprocess.run(
        ["uv", "build", "--quiet", "--wheel", "--out-dir", str(tmp_path), str(ROOT)],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    return tmp_path / "installed"


def trivet(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "selector", *arguments],
        cwd=installed.parent,
        env={**os.environ, "PYTHONPATH": str(installed)},
        check=False,
        capture_output=True,
        text=True,
    )


def test_it_decides_without_a_checkout_and_asks_for_the_template(
    installed: Path,
) -> None:
    decided = trivet(installed, "recommend", "--defaults")
    assert decided.returncode == 0, decided.stderr
    assert "FastAPI" in decided.stdout

    compared = trivet(installed, "compare")
    assert compared.returncode == 0, compared.stderr

    made = trivet(installed, "new", "service", "--defaults", "--no-setup")
    assert made.returncode != 0
    assert "--template" in made.stderr
    assert not list(installed.glob("template*"))
