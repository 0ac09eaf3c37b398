"""Create templates with releases, as tags in a temporary clone."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.conftest import ROOT, git

# Projects can be updated from this release on.
FIRST_RELEASE = (0, 3, 0)

# Files of a project that updates do not change, because they belong to its owner.
OWNER_FILES = re.compile(
    r"docs/decisions/0001-web-framework\.md|\.python-version"
    r"|migrations/versions/.*|app/(items|uploads)/migrations/.*"
)


@cache
def find_releases() -> dict[str, str]:
    """Return the releases of this repository, oldest first, each with its commit.

    The release workflow tags the first commit whose version has a dated section in the
    changelog.
    """
    # Only commits that change these lines can be releases.
    changed_lines = [
        "-m",
        "-G",
        "^(version = |## )",
        "--",
        "pyproject.toml",
        "CHANGELOG.md",
    ]
    listed = git(
        "log", "--reverse", "--topo-order", "--format=%H", *changed_lines, cwd=ROOT
    )
    releases: dict[str, str] = {}
    for commit in listed.split():
        version = _read_dated_version(commit)
        if version and _number(version) >= FIRST_RELEASE:
            releases.setdefault(f"v{version}", commit)
    return releases


def _read_dated_version(commit: str) -> str | None:
    files = git("ls-tree", "--name-only", commit, cwd=ROOT).split()
    if not {"pyproject.toml", "CHANGELOG.md"} <= set(files):
        return None
    project = tomllib.loads(git("show", f"{commit}:pyproject.toml", cwd=ROOT))
    version: str = project["project"]["version"]
    heading = rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d$"
    changelog = git("show", f"{commit}:CHANGELOG.md", cwd=ROOT)
    return version if re.search(heading, changelog, re.MULTILINE) else None


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


# Until there is a release, the work tree is tagged as the first one.
RELEASES = [*find_releases()] or [f"v{'.'.join(map(str, FIRST_RELEASE))}"]
LAST = RELEASES[-1]
_major, _minor, _ = _number(LAST.removeprefix("v"))
NEXT = f"v{_major}.{_minor + 1}.0"
FRAMEWORKS = ("django", "fastapi", "flask")


def create_template(folder: Path) -> Path:
    """Clone this repository, tag its releases, and commit the work tree as HEAD."""
    git("clone", "--quiet", "--no-checkout", str(ROOT), str(folder), cwd=ROOT)
    git("checkout", "--quiet", "--detach", "HEAD", cwd=folder)
    for tag in git("tag", cwd=folder).split():
        git("tag", "--delete", tag, cwd=folder)
    for tag, commit in find_releases().items():
        git("tag", tag, commit, cwd=folder)
    for entry in folder.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for name in list_work_tree():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    if find_releases():
        commit_all(folder, "The work tree")
    else:
        changelog = folder / "CHANGELOG.md"
        dated = f"## {LAST.removeprefix('v')} - 2030-01-01\n"
        text = changelog.read_text("utf-8").replace("## Unreleased\n", dated)
        changelog.write_text(text, "utf-8")
        release(folder, LAST)
    git("remote", "remove", "origin", cwd=folder)
    git("repack", "-adq", cwd=folder)
    return folder


def create_next_release(template: Path) -> None:
    """Release a version that adds a file and changes a file in every package."""
    changelog = template / "CHANGELOG.md"
    head, mark, releases = changelog.read_text("utf-8").partition("\n## ")
    section = (
        f"\n## {NEXT.removeprefix('v')} - 2030-02-01\n\n- A greeting. You have to do "
        "nothing.\n  - It is in\n    `greeting.py`.\n  - It is short.\n"
    )
    changelog.write_text(head + section + mark + releases, "utf-8")
    for framework in FRAMEWORKS:
        starter = template / "template" / framework
        for package in sorted({file.parent for file in starter.rglob("*.py")}):
            first = next(f for f in sorted(package.glob("*.py")))
            if "migrations" not in first.relative_to(starter).parts:
                text = first.read_text("utf-8")
                first.write_text(f"# New in {NEXT}.\n{text}", "utf-8")
        greeting = '"""A greeting."""\n\nGREETING = "Hello"\n'
        (starter / "app/greeting.py").write_text(greeting, "utf-8")
        replace(starter / "app/health.py", '"""', '"""New. ')
    release(template, NEXT)


def replace(file: Path, old: str, new: str) -> None:
    """Replace the first occurrence of a text; fail if the file does not contain it."""
    text = file.read_text("utf-8")
    assert old in text, f"{file} has no {old}"
    file.write_text(text.replace(old, new, 1), "utf-8", newline="\n")


def list_work_tree() -> Iterator[str]:
    """Yield the files of the work tree, including untracked ones."""
    options = ("-z", "--cached", "--others", "--exclude-standard")
    for name in git("ls-files", *options, cwd=ROOT).split("\0"):
        if name and (ROOT / name).is_file():
            yield name


def commit_all(folder: Path, message: str) -> None:
    """Commit all files of a folder, including ignored ones."""
    git("add", "--all", "--force", cwd=folder)
    git("commit", "--quiet", "--allow-empty", f"--message={message}", cwd=folder)


def release(template: Path, tag: str = NEXT) -> None:
    """Commit the changes in a template and tag them."""
    commit_all(template, f"Release {tag}")
    git("tag", tag, cwd=template)
