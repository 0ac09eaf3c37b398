"""Run other programs, without a shell and in a clean environment."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from selector.errors import UserError

# These point a program at another repository or environment than the current one.
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
    """The exit code and output of a program."""

    code: int
    stdout: str
    stderr: str
    program: str = "the program"

    @property
    def ok(self) -> bool:
        """Check whether the program succeeded."""
        return self.code == 0

    @property
    def error_summary(self) -> str:
        """Return the last line of the output, for a message of one line.

        Where uv ends with the cause of an error, the error comes first.
        """
        lines = [line.strip() for line in (self.stderr or self.stdout).splitlines()]
        lines = [line for line in lines if line] or [f"exit code {self.code}"]
        cause = re.sub("(?i)^(caused by|cause): ", "", lines[-1])
        if cause == lines[-1]:
            return cause
        errors = [line for line in lines if line.startswith("error: ")] or lines[:1]
        return f"{errors[0].removeprefix('error: ').rstrip('.')}: {cause}"

    @property
    def first_error_line(self) -> str:
        """Return the first line of the error output."""
        return self.stderr.strip().partition("\n")[0]

    def check_output(self) -> str:
        """Return the output without surrounding space; raise UserError on failure."""
        if not self.ok:
            message = f"{self.program} failed: {self.error_summary}"
            raise UserError(message)
        return self.stdout.strip()


def clean_environment() -> None:
    """Remove variables from this process that would mislead git and uv."""
    for name in _NOT_INHERITED:
        os.environ.pop(name, None)


def find_program(program: str) -> str | None:
    """Return the path of a program; uv may also be installed beside this Python."""
    if path := shutil.which(program):
        return path
    return shutil.which(program, path=str(Path(sys.executable).parent))


def run(
    *arguments: str,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    input: str = "",  # noqa: A002 - named as in subprocess.run
) -> Result:
    """Run a program and wait until it ends; `input` is its standard input."""
    path = find_program(arguments[0])
    if path is None:
        error = f"{arguments[0]} is not installed"
        return Result(127, "", error, arguments[0])
    done = subprocess.run(  # noqa: S603 - no shell, and the program is never user input
        [path, *arguments[1:]],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        input=input.encode("utf-8", "surrogateescape"),
        capture_output=True,
        check=False,
    )
    # Text mode would change line endings. surrogateescape keeps other bytes than UTF-8.
    stdout, stderr = (
        output.decode("utf-8", "surrogateescape")
        for output in (done.stdout, done.stderr)
    )
    return Result(done.returncode, stdout, stderr, arguments[0])


def program_name() -> str:
    """Return the command as the user typed it, which bin/trivet passes on."""
    if typed := os.environ.get("TRIVET_PROGRAM"):
        return typed
    by_path = Path(sys.argv[0]).name == "trivet" and not shutil.which("trivet")
    return sys.argv[0] if by_path else "trivet"
