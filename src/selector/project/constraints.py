"""Lock a new project at the versions that its template was tested with."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from selector import process


def constraints_path(framework: str) -> str:
    """Return the template's file with the tested versions for a framework."""
    return f"includes/constraints/{framework}.txt"


def parse_constraints(text: str) -> list[str]:
    """Return the requirements of a constraints file, without its comments."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def lock(folder: Path, constraints: Sequence[str]) -> process.Result:
    """Write uv.lock with the constrained versions, and leave pyproject.toml unchanged.

    uv keeps the versions of an existing lock file. The second run therefore only
    removes the constraints from it, so that `uv lock --upgrade` can choose newer
    versions.
    """
    with _add_constraints(folder / "pyproject.toml", constraints):
        result = process.run("uv", "lock", cwd=folder)
    return process.run("uv", "lock", cwd=folder) if result.ok else result


@contextmanager
def _add_constraints(file: Path, constraints: Sequence[str]) -> Iterator[None]:
    """Add constraints to a pyproject.toml until the context ends."""
    original = file.read_bytes()
    text = original.decode()
    setting = f"constraint-dependencies = {json.dumps(list(constraints))}\n"
    header = re.search(r"^\[tool\.uv\]\n", text, re.MULTILINE)
    if header:
        text = text[: header.end()] + setting + text[header.end() :]
    else:
        text += f"\n[tool.uv]\n{setting}"
    try:
        file.write_text(text, "utf-8", newline="\n")
        yield
    finally:
        file.write_bytes(original)
