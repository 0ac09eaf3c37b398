"""Other programs, started without a shell and in a clean environment."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# What points a program at another repository or environment than the one it runs in.
_NOT_INHERITED = (
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
    "PYTHONHOME",
    "UV_PROJECT",
    "UV_PROJECT_ENVIRONMENT",
    "VIRTUAL_ENV",
)


@dataclass(frozen=True)
class Result:
    """How a program ended and what it said."""

    code: int
    stdout: str
    stderr: str
    raw: bytes = b""

    @property
    def ok(self) -> bool:
        """Tell whether it did what it was asked."""
        return self.code == 0

    @property
    def why(self) -> str:
        """Give the last thing it said, for a message of one line."""
        lines = [line.strip() for line in (self.stderr or self.stdout).splitlines()]
        return next(
            (line for line in reversed(lines) if line), f"exit code {self.code}"
        )


def clean_environment() -> None:
    """Take out of this process what would mislead git and uv."""
    for name in _NOT_INHERITED:
        os.environ.pop(name, None)


def found(program: str) -> str | None:
    """Give the path of a program; uv may also stand beside this Python."""
    if path := shutil.which(program):
        return path
    beside = Path(sys.executable).parent
    return shutil.which(program, path=str(beside))


def run(
    *arguments: str,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    told: str = "",
    group: int | None = None,
) -> Result:
    """Run a program to its end; what it is told is all that it can read.

    group  the process group that it is ended with; ours, where none is given
    """
    path = found(arguments[0])
    if path is None:
        return Result(127, "", f"{arguments[0]} is not installed")
    process = subprocess.run(  # noqa: S603 - no shell, and no program of the user's naming
        [path, *arguments[1:]],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        input=told.encode(),
        capture_output=True,
        check=False,
        process_group=group,
    )
    said, complained = (
        text.decode("utf-8", "replace") for text in (process.stdout, process.stderr)
    )
    return Result(process.returncode, said, complained, process.stdout)


def git(
    *arguments: str,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    told: str = "",
    group: int | None = None,
) -> Result:
    """Run git as `run` does; it never waits for a password."""
    quiet = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **(environment or {})}
    return run("git", *arguments, cwd=cwd, environment=quiet, told=told, group=group)


def program() -> str:
    """Give the command as the user can type it again: bin/trivet says what that was."""
    if typed := os.environ.get("TRIVET_PROGRAM"):
        return typed
    by_path = Path(sys.argv[0]).name == "trivet" and not shutil.which("trivet")
    return sys.argv[0] if by_path else "trivet"
