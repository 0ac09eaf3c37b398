"""Random edits of a project's owner, and a check that an update keeps them."""

import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from tests.update.conftest import ANSWERS_FILE, find_conflicts
from tests.update.releases import OWNER_FILES

# The owner may add these files, and the next release of the template adds them.
ADDED_BY_BOTH = ("app/greeting.py", "docs/greeting.md")
NEW_FILES = (
    "app/own.py",
    "app/items/own module.py",
    "docs/größe.md",
    "own/deep/down/notes.txt",
    "migrations/versions/0002_own.py",
    "app/items/migrations/0002_own.py",
    "empty.txt",
    *ADDED_BY_BOTH,
)


@dataclass(frozen=True)
class Edit:
    """A change of one file.

    file, line  numbers, which are taken modulo the number of files and of lines
    count       how many lines are changed
    """

    kind: str
    file: int
    line: int
    text: str
    count: int


def lines_of_text() -> st.SearchStrategy[str]:
    """Draw a line that an owner may write. Some look like diffs or conflict markers."""
    letters = st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"])
    special = st.sampled_from(
        ["", " ", "\t", "}", "=======", "+", "-", "@@ -1 +1 @@", "# own", "import os"]
    )
    return special | st.text(letters, max_size=30)


def edits() -> st.SearchStrategy[list[Edit]]:
    """Draw the edits that an owner makes before an update."""
    edit = st.builds(
        Edit,
        kind=st.sampled_from(
            ["insert"] * 4
            + ["replace"] * 4
            + ["remove"] * 2
            + ["duplicate", "append", "no newline", "new file", "rename", "delete file"]
        ),
        file=st.integers(0, 10_000),
        line=st.integers(0, 10_000),
        text=lines_of_text(),
        count=st.integers(1, 5),
    )
    return st.lists(edit, min_size=1, max_size=12)


def apply_edit(edit: Edit, project: Path) -> None:
    """Make an edit in a project."""
    files = [name for name in list_files(project) if name != ANSWERS_FILE]
    path = project / files[edit.file % len(files)]
    if edit.kind == "new file":
        path = project / NEW_FILES[edit.file % len(NEW_FILES)]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{edit.text}\n" * edit.count * bool(edit.line % 4), "utf-8")
    elif edit.kind == "delete file":
        path.unlink()
    elif edit.kind == "rename":
        path.rename(path.with_name(f"own_{path.name}"))
    else:
        lines = path.read_bytes().splitlines(keepends=True)
        edit_lines(edit, lines)
        path.write_bytes(b"".join(lines))


def edit_lines(edit: Edit, lines: list[bytes]) -> None:
    """Make an edit in the lines of a file."""
    start = edit.line % (len(lines) + 1)
    end = start + edit.count
    new = [f"{edit.text}\n".encode()] * edit.count
    if edit.kind == "insert":
        lines[start:start] = new
    elif edit.kind == "replace":
        lines[start:end] = new
    elif edit.kind == "remove":
        del lines[start:end]
    elif edit.kind == "duplicate":
        lines[start:start] = lines[start:end]
    elif edit.kind == "append":
        lines += new
    elif edit.kind == "no newline" and lines:
        lines[-1] = lines[-1].rstrip(b"\n")


Files = Mapping[str, bytes]


def list_files(project: Path) -> list[str]:
    """Return the paths of a project's files, without those of git."""
    return sorted(
        name
        for path in project.rglob("*")
        if path.is_file()
        and not (name := path.relative_to(project).as_posix()).startswith(".git/")
    )


def read_files(project: Path) -> dict[str, bytes]:
    """Return the content of each file of a project."""
    return {name: (project / name).read_bytes() for name in list_files(project)}


@dataclass(frozen=True)
class Update:
    """The files before and after an update, in the terms of a three-way merge.

    base    as the project's release rendered them
    ours    as the owner had them before the update
    theirs  as the new release renders them
    """

    base: Files
    ours: Files
    theirs: Files
    project: Path

    def find_losses(self) -> Iterator[str]:
        """Yield each file that lost a change of the owner or of the template."""
        results = read_files(self.project)
        conflicting = find_conflicts(self.project)
        for name in sorted({*self.base, *self.ours, *self.theirs, *results}):
            if name != ANSWERS_FILE:
                loss = self._find_loss(
                    name, results.get(name), has_conflict=name in conflicting
                )
                if loss:
                    yield f"{name}: {loss}"

    def _find_loss(self, name: str, result: bytes | None, *, has_conflict: bool) -> str:
        base, ours, theirs = (
            files.get(name) for files in (self.base, self.ours, self.theirs)
        )
        if OWNER_FILES.fullmatch(name) or theirs in (base, ours):
            expected = ours
        elif ours == base:
            expected = theirs
        elif ours is None:
            expected = None  # the owner deleted it
        elif theirs is None:
            expected = ours  # no release deletes a file
        else:
            merged = merge(base or b"", ours, theirs)
            if merged is None:
                return find_loss_in_conflict(
                    base or b"", ours, result, has_conflict=has_conflict
                )
            expected = merged
        if has_conflict:
            return "there is a conflict, but both sides can be merged"
        if result == expected or _has_the_same_changes(result, expected, ours, theirs):
            return ""
        return "it does not have the expected content"


def _has_the_same_changes(
    result: bytes | None, expected: bytes | None, *sides: bytes | None
) -> bool:
    """Return whether a file has the expected lines, and those of each side in order.

    If the owner repeats lines where the template adds one, it can come before, between
    or after them.
    """
    if result is None or expected is None:
        return False
    lines, allowed = result.splitlines(), expected.splitlines()
    if Counter(lines) != Counter(allowed):
        return False
    for side in sides:
        remaining = iter(lines)
        kept = (line for line in (side or b"").splitlines() if line in allowed)
        if not all(line in remaining for line in kept):
            return False
    return True


def find_loss_in_conflict(
    base: bytes, ours: bytes, result: bytes | None, *, has_conflict: bool
) -> str:
    """Return what a file lost if owner and template changed the same lines."""
    if result is None:
        return "it is missing"
    added = Counter(ours.splitlines()) - Counter(base.splitlines())
    missing = added - Counter(result.splitlines())
    if missing:
        return f"lost lines: {list(missing)}"
    deleted = Counter(base.splitlines()) - Counter(ours.splitlines())
    restored = deleted & (Counter(result.splitlines()) - Counter(ours.splitlines()))
    if restored and not has_conflict:
        return f"deleted lines are back: {list(restored)}"
    return ""


def merge(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Merge as git does, or return None if there are conflicts."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("ours", "base", "theirs")]
        for path, content in zip(paths, (ours, base, theirs), strict=True):
            path.write_bytes(content)
        completed = subprocess.run(
            ["git", "merge-file", "--stdout", *paths], capture_output=True, check=False
        )
        return completed.stdout if completed.returncode == 0 else None
