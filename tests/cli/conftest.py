"""Run the command in this process."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from selector.cli.main import main


@dataclass
class Outcome:
    """How the command ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Return the output without line breaks."""
        return " ".join(self.out.split())


class Trivet(Protocol):
    """Run the command."""

    def __call__(self, *arguments: str | Path) -> Outcome:
        """Run it with these arguments."""


@pytest.fixture(scope="session")
def template_repo(template_without_code: Path) -> Path:
    """Leave out the code of the starters, which the command does not depend on."""
    return template_without_code


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("TRIVET_PROGRAM", raising=False)
    monkeypatch.setattr("signal.signal", lambda *_: None)


@pytest.fixture
def trivet(capfd: pytest.CaptureFixture[str]) -> Trivet:
    def run(*arguments: str | Path) -> Outcome:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return Outcome(code, captured.out, captured.err)

    return run
