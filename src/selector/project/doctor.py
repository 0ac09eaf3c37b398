"""Check a project and suggest fixes."""

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from selector import git, process
from selector.errors import UserError
from selector.project.bootstrap import INSTALL_UV, uv_advice, uv_command
from selector.project.metadata import ExistingProject, find_project, require_folder
from selector.project.status import update_status
from selector.project.update import UpdateRequest
from selector.project.workspace import find_workspace

OLDEST_UV = (0, 9)
# The schemes of DATABASE_URL, which are also the answers for the database.
_DATABASES = ("sqlite", "postgresql", "mysql")
_REQUIRED = (
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "PUBLIC_URL",
    "PAYMENT_PROVIDER",
)
_NAME = re.compile(r"^#? ?([A-Z_]+)=", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    subject  what was checked
    result   what was found
    fix      what to do about it; empty if there is no problem
    """

    subject: str
    result: str
    fix: str = ""


def check_project(folder: Path) -> Iterator[Finding]:
    """Check what a project needs to run and to be updated."""
    folder = require_folder(folder)
    yield _check_git()
    yield from _check_tools(folder)
    yield from _check_settings(folder)
    try:
        project = find_project(folder)
    except UserError as error:
        yield Finding("Project", "It cannot be updated.", str(error))
        return
    yield Finding("Project", _describe(project))
    yield _check_history(project)
    yield _check_release(project)


def _check_git() -> Finding:
    version = git.run("--version")
    if not version.ok:
        return Finding("git", "It is missing.", "Install it from https://git-scm.com.")
    return Finding("git", version.stdout.split()[2])


def _check_tools(folder: Path) -> Iterator[Finding]:
    """Check uv, and the Python and packages that it provides to the project."""
    if not process.find_program("uv"):
        yield Finding("uv", "It is missing.", INSTALL_UV)
        return
    uv_version = process.run("uv", "--version", cwd=folder)
    uv = uv_command()
    if not uv_version.ok:
        result = f"It does not start here: {uv_version.first_error_line}"
        yield Finding("uv", result, INSTALL_UV)
        return
    version = uv_version.stdout.split()[1]
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_UV:
        yield Finding("uv", f"{version} is too old.", f"{uv} self update")
    elif advice := uv_advice():
        yield Finding("uv", f"{version} is not on your PATH.", advice)
    else:
        yield Finding("uv", version)
    if not (folder / "pyproject.toml").is_file():
        return  # the check of the project reports that
    if workspace := find_workspace(folder):
        path = folder.relative_to(workspace).as_posix()
        yield Finding(
            "Workspace",
            f"The lock file and environment are in the uv workspace {workspace}.",
            f"Add {path} to `exclude` under [tool.uv.workspace] in "
            f"{workspace / 'pyproject.toml'}, then run {uv} sync here.",
        )
    python = process.run(
        "uv", "python", "find", "--no-python-downloads", "--show-version", cwd=folder
    )
    if not python.ok:
        yield Finding("Python", python.error_summary, f"{uv} python install")
    else:
        yield Finding("Python", python.stdout.strip())
    synced = process.run("uv", "sync", "--check", "--locked", "--quiet", cwd=folder)
    if synced.ok:
        yield Finding("Packages", "match uv.lock")
    elif not (folder / "uv.lock").is_file():
        yield Finding("Packages", "There is no uv.lock.", f"{uv} sync, then commit it")
    else:
        yield Finding("Packages", "do not match pyproject.toml.", f"{uv} sync")


def _check_settings(folder: Path) -> Iterator[Finding]:
    """Compare .env and the environment with the settings in .env.example."""
    example = folder / ".env.example"
    if not example.is_file():
        return
    known = _NAME.findall(example.read_text("utf-8"))
    file = folder / ".env"
    given = _parse_env(file.read_text("utf-8")) if file.is_file() else {}
    problems = list(_find_wrong_settings(given, known, folder))
    yield from problems
    if not problems:
        result = (
            f"{len(given)} in .env, all known" if given else "the defaults (no .env)"
        )
        yield Finding("Settings", result)


def _parse_env(text: str) -> dict[str, str]:
    lines = (line.strip().removeprefix("export ") for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and line[0] != "#")
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def _find_wrong_settings(
    given: Mapping[str, str], known: list[str], folder: Path
) -> Iterator[Finding]:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            fix = f"Did you mean {near[0]}?" if near else ".env.example lists them all."
            yield Finding("Settings", f"{name} in .env is not a setting.", fix)
    effective = {**given, **{n: os.environ[n] for n in known if n in os.environ}}
    if effective.get("ENVIRONMENT") == "production":
        for name in _REQUIRED:
            if name in known and not effective.get(name):
                result = f"{name} is missing, and production requires it."
                yield Finding("Settings", result, f"Set {name}; see README.md.")
    scheme = effective.get("DATABASE_URL", "").partition("://")[0]
    if scheme == "postgres":  # as some hosts write it
        scheme = "postgresql"
    if scheme and scheme not in _DATABASES:
        result = f"DATABASE_URL begins with {scheme}://."
        yield Finding("Settings", result, f"Supported are {', '.join(_DATABASES)}.")
    elif scheme in _DATABASES[1:] and not _has_driver(folder, scheme):
        yield Finding(
            "Settings",
            f"DATABASE_URL needs a driver for {scheme}, which is missing.",
            f"{process.program_name()} update --data database={scheme}",
        )


def _has_driver(folder: Path, scheme: str) -> bool:
    drivers = {"postgresql": "psycopg", "mysql": "pymysql|asyncmy"}[scheme]
    try:
        text = (folder / "pyproject.toml").read_text("utf-8")
    except OSError:
        return True
    return re.search(rf'^ *"({drivers})\b', text, re.MULTILINE) is not None


def _describe(project: ExistingProject) -> str:
    answers = project.given
    features = ", ".join(answers.get("features") or []) or "no features"
    return f"{answers['framework']} with {features}, on {answers.get('database')}"


def _check_history(project: ExistingProject) -> Finding:
    try:
        project.require_clean()
    except UserError as error:
        return Finding("History", "There are uncommitted changes.", str(error))
    return Finding("History", "everything is committed")


def _check_release(project: ExistingProject) -> Finding:
    """Compare the project with the newest release of its template."""
    try:
        with update_status(project) as status:
            UpdateRequest().changed_answers(status)  # refuses invalid answers
            if not status.is_outdated:
                return Finding("Template", f"{project.version}, the newest")
            count = len(status.missing_releases)
            releases = f"{count} release{'s' if count != 1 else ''} " if count else ""
            result = f"{project.version}, {releases}behind {status.target}."
            return Finding("Template", result, f"{process.program_name()} update")
    except UserError as error:
        return Finding("Template", project.version, str(error))
