"""What ails a living project, and how to mend it."""

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from selector import process
from selector.errors import Refusal
from selector.project.bootstrap import uv_as_typed
from selector.project.metadata import Living, found
from selector.project.status import standing

OLDEST_UV = (0, 9)
# The driver that a database's address needs, by the answer that brings it.
_DATABASES = ("sqlite", "postgresql", "mysql")
_REQUIRED = ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL")
_NAME = re.compile(r"^#? ?([A-Z_]+)=", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    about   what it was
    says    how it is
    mend    what to do about it; empty where all is well
    """

    about: str
    says: str
    mend: str = ""


def examine(folder: Path) -> Iterator[Finding]:
    """Look at all that a project needs to live and to be brought up to date."""
    folder = folder.expanduser().resolve()
    yield _git()
    yield from _tools(folder)
    yield from _settings(folder)
    try:
        living = found(folder)
    except Refusal as error:
        yield Finding("Project", "It cannot be updated as it is.", str(error))
        return
    yield Finding("Project", _made_of(living))
    yield _history(living)
    yield _release(living)


def _git() -> Finding:
    said = process.git("--version")
    if not said.ok:
        return Finding("git", "It is missing.", "Install it from https://git-scm.com.")
    return Finding("git", said.stdout.split()[2])


def _tools(folder: Path) -> Iterator[Finding]:
    """Look at uv, and at the Python and the packages that it gives the project."""
    said = process.run("uv", "--version")
    uv = uv_as_typed()
    if not said.ok:
        address = "https://docs.astral.sh/uv/getting-started/installation/"
        yield Finding("uv", "It is missing.", f"See {address}")
        return
    version = said.stdout.split()[1]
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_UV:
        yield Finding("uv", f"{version} is too old.", f"{uv} self update")
    else:
        yield Finding("uv", version)
    if not (folder / "pyproject.toml").is_file():
        return  # the project says so itself, further down
    python = process.run(
        "uv", "python", "find", "--no-python-downloads", "--show-version", cwd=folder
    )
    if not python.ok:
        yield Finding("Python", python.why, f"{uv} python install")
    else:
        yield Finding("Python", python.stdout.strip())
    synced = process.run("uv", "sync", "--check", "--locked", "--quiet", cwd=folder)
    if synced.ok:
        yield Finding("Packages", "as uv.lock says")
    elif not (folder / "uv.lock").is_file():
        yield Finding("Packages", "There is no uv.lock.", f"{uv} sync, then commit it")
    else:
        yield Finding("Packages", "not those of pyproject.toml.", f"{uv} sync")


def _settings(folder: Path) -> Iterator[Finding]:
    """Compare .env, and what it leaves to the environment, with the settings."""
    example = folder / ".env.example"
    if not example.is_file():
        return
    known = _NAME.findall(example.read_text("utf-8"))
    file = folder / ".env"
    given = _values(file.read_text("utf-8")) if file.is_file() else {}
    troubles = list(_wrong(given, known, folder))
    yield from troubles
    if not troubles:
        says = f"{len(given)} in .env, all known" if given else "no .env: the defaults"
        yield Finding("Settings", says)


def _values(text: str) -> dict[str, str]:
    lines = (line.strip().removeprefix("export ") for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and line[0] != "#")
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def _wrong(
    given: Mapping[str, str], known: list[str], folder: Path
) -> Iterator[Finding]:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            mend = (
                f"Did you mean {near[0]}?" if near else ".env.example lists them all."
            )
            yield Finding("Settings", f"{name} in .env is no setting.", mend)
    effective = {**given, **{n: os.environ[n] for n in known if n in os.environ}}
    if effective.get("ENVIRONMENT") == "production":
        for name in _REQUIRED:
            if not effective.get(name):
                says = f"{name} is missing, and production requires it."
                yield Finding("Settings", says, f"Set {name}; README.md says how.")
    scheme = effective.get("DATABASE_URL", "").partition("://")[0]
    if scheme and scheme not in _DATABASES:
        says = f"DATABASE_URL begins with {scheme}://."
        yield Finding("Settings", says, f"It takes {', '.join(_DATABASES)}.")
    elif scheme in _DATABASES[1:] and not _has_driver(folder, scheme):
        yield Finding(
            "Settings",
            f"DATABASE_URL is of {scheme}, but the project has no driver.",
            f"{process.program()} update --data database={scheme}",
        )


def _has_driver(folder: Path, scheme: str) -> bool:
    drivers = {"postgresql": "psycopg", "mysql": "pymysql|asyncmy"}[scheme]
    try:
        text = (folder / "pyproject.toml").read_text("utf-8")
    except OSError:
        return True
    return re.search(rf'^ *"({drivers})\b', text, re.MULTILINE) is not None


def _made_of(living: Living) -> str:
    answers = living.given
    features = ", ".join(answers.get("features") or []) or "nothing more"
    return f"{answers['framework']} with {features}, on {answers.get('database')}"


def _history(living: Living) -> Finding:
    try:
        living.require_clean()
    except Refusal as error:
        return Finding("History", "Not all is committed.", str(error))
    return Finding("History", "all is committed")


def _release(living: Living) -> Finding:
    """Say how far behind its template the project is."""
    try:
        with standing(living) as stands:
            if not stands.newer:
                return Finding("Template", f"{living.version}, the newest")
            count = len(stands.behind)
            behind = f"{count} release{'s' if count != 1 else ''}" if count else "some"
            says = f"{living.version}, {behind} behind {stands.target}."
            return Finding("Template", says, f"{process.program()} update")
    except Refusal as error:
        return Finding("Template", living.version, str(error))
