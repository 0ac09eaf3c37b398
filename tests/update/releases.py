"""The template with its releases: tags made from the history, the work tree on top."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.conftest import ROOT, git

# A release that has not happened yet is a tag of its own above all others.
NEXT = "v999.0.0"

# The owner's from the first commit on: an update leaves these alone.
OWNED = re.compile(
    r"docs/decisions/0001-web-framework\.md|\.python-version"
    r"|migrations/versions/.*|app/items/migrations/.*"
)


@cache
def released() -> dict[str, str]:
    """Return the commit of each release, oldest first, as the release workflow tags it.

    It is the first commit whose version has a dated section in the changelog.
    """
    # Only these lines make a release.
    changed = ["-m", "-G", "^(version = |## )", "--", "pyproject.toml", "CHANGELOG.md"]
    listed = git("log", "--reverse", "--topo-order", "--format=%H", *changed, cwd=ROOT)
    releases: dict[str, str] = {}
    for commit in listed.split():
        if version := _dated_version(commit):
            releases.setdefault(f"v{version}", commit)
    return releases


def _dated_version(commit: str) -> str | None:
    there = git("ls-tree", "--name-only", commit, cwd=ROOT).split()
    if not {"pyproject.toml", "CHANGELOG.md"} <= set(there):
        return None
    project = tomllib.loads(git("show", f"{commit}:pyproject.toml", cwd=ROOT))
    version: str = project["project"]["version"]
    heading = rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d$"
    changelog = git("show", f"{commit}:CHANGELOG.md", cwd=ROOT)
    return version if re.search(heading, changelog, re.MULTILINE) else None


def with_releases(place: Path) -> Path:
    """Clone this repository, tag its releases, and commit the work tree on top."""
    git("clone", "--quiet", "--no-checkout", str(ROOT), str(place), cwd=ROOT)
    git("checkout", "--quiet", "--detach", "HEAD", cwd=place)
    for tag in git("tag", cwd=place).split():
        git("tag", "--delete", tag, cwd=place)
    for tag, commit in released().items():
        git("tag", tag, commit, cwd=place)
    for entry in place.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for name in work_tree():
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    commit_all(place, "The work tree")
    git("remote", "remove", "origin", cwd=place)
    git("repack", "-adq", cwd=place)
    return place


def work_tree() -> Iterator[str]:
    """Yield the files of the work tree, untracked ones included."""
    options = ("-z", "--cached", "--others", "--exclude-standard")
    for name in git("ls-files", *options, cwd=ROOT).split("\0"):
        if name and (ROOT / name).is_file():
            yield name


def commit_all(place: Path, message: str) -> None:
    """Commit whatever there is in a folder."""
    git("add", "--all", "--force", cwd=place)
    git("commit", "--quiet", "--allow-empty", f"--message={message}", cwd=place)


def release(template: Path, tag: str = NEXT) -> None:
    """Commit what changed in a template and tag it."""
    commit_all(template, f"Release {tag}")
    git("tag", tag, cwd=template)
