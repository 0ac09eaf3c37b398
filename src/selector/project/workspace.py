"""Find the uv workspace that a folder belongs to."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path


def find_workspace(folder: Path) -> Path | None:
    """Return the root of the uv workspace that has a folder as a member, or None.

    uv stores one lock file and one environment at the root, for all members. The folder
    itself need not exist.
    """
    for root in folder.parents:
        settings = _read_workspace(root / "pyproject.toml")
        if settings is None:
            continue
        path = folder.relative_to(root).as_posix()
        if _matches(path, settings.get("exclude", ())):
            continue
        if _matches(path, settings.get("members", ())):
            return root
    return None


def _read_workspace(file: Path) -> dict[str, list[str]] | None:
    try:
        settings = tomllib.loads(file.read_text("utf-8"))["tool"]["uv"]["workspace"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, LookupError):
        return None
    return settings if isinstance(settings, dict) else None


def _matches(path: str, patterns: Sequence[str]) -> bool:
    return any(re.fullmatch(_to_regex(pattern), path) for pattern in patterns)


def _to_regex(pattern: str) -> str:
    """Translate a glob pattern, in which only `**` matches several folders."""
    wildcards = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    words = re.split(r"(\*\*|\*|\?)", pattern.removeprefix("./").rstrip("/"))
    return "".join(wildcards.get(word, re.escape(word)) for word in words)
