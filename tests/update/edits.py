"""Random edits of owners, and whether an update keeps them."""

import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from tests.update.conftest import ANSWERS_FILE, conflicts
from tests.update.releases import OWNED

# Two files that the next release of the template also adds.
BOTH_ADD = ("app/greeting.py", "docs/greeting.md")
NEW_FILES = (
    "app/own.py",
    "app/items/own module.py",
    "docs/größe.md",
    "own/deep/down/notes.txt",
    "migrations/versions/0002_own.py",
    "app/items/migrations/0002_own.py",
    "empty.txt",
    *BOTH_ADD,
)


@dataclass(frozen=True)
class Edit:
    """A change to one file. Numbers of files and lines are taken modulo their count."""

    kind: str
    file: int
    line: int
    text: str
    count: int


def lines_of_text() -> st.SearchStrategy[str]:
    """Draw a line that an owner may write. Some look like the marks of git."""
    letters = st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"])
    marks = st.sampled_from(
        ["", " ", "\t", "}", "=======", "+", "-", "@@ -1 +1 @@", "# own", "import os"]
    )
    return marks | st.text(letters, max_size=30)


def edits() -> st.SearchStrategy[list[Edit]]:
    """Draw what an owner does before an update."""
    edit = st.builds(
        Edit,
        kind=st.sampled_from(
            ["insert"] * 4
            + ["change"] * 4
            + ["cut"] * 2
            + ["repeat", "append", "unfinished", "add", "rename", "delete"]
        ),
        file=st.integers(0, 10_000),
        line=st.integers(0, 10_000),
        text=lines_of_text(),
        count=st.integers(1, 5),
    )
    return st.lists(edit, min_size=1, max_size=12)


def make(edit: Edit, project: Path) -> None:
    """Make an edit in a project."""
    files = [name for name in names(project) if name != ANSWERS_FILE]
    path = project / files[edit.file % len(files)]
    if edit.kind == "add":
        path = project / NEW_FILES[edit.file % len(NEW_FILES)]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{edit.text}\n" * edit.count * bool(edit.line % 4), "utf-8")
    elif edit.kind == "delete":
        path.unlink()
    elif edit.kind == "rename":
        path.rename(path.with_name(f"own_{path.name}"))
    else:
        lines = path.read_bytes().splitlines(keepends=True)
        change_lines(edit, lines)
        path.write_bytes(b"".join(lines))


def change_lines(edit: Edit, lines: list[bytes]) -> None:
    """Make an edit in the lines of a file."""
    at = edit.line % (len(lines) + 1)
    new = [f"{edit.text}\n".encode()] * edit.count
    if edit.kind == "insert":
        lines[at:at] = new
    elif edit.kind == "change":
        lines[at : at + edit.count] = new
    elif edit.kind == "cut":
        del lines[at : at + edit.count]
    elif edit.kind == "repeat":
        lines[at:at] = lines[at : at + edit.count]
    elif edit.kind == "append":
        lines += new
    elif edit.kind == "unfinished" and lines:
        lines[-1] = lines[-1].rstrip(b"\n")


Files = Mapping[str, bytes]


def names(project: Path) -> list[str]:
    """Return the names of a project's files, without those of git."""
    return sorted(
        name
        for path in project.rglob("*")
        if path.is_file()
        and not (name := path.relative_to(project).as_posix()).startswith(".git/")
    )


def files(project: Path) -> dict[str, bytes]:
    """Return the content of each file of a project."""
    return {name: (project / name).read_bytes() for name in names(project)}


@dataclass(frozen=True)
class Update:
    """The files before and after an update.

    old    as the release rendered them that the project came from
    mine   as the owner had them
    new    as the new release renders them
    """

    old: Files
    mine: Files
    new: Files
    project: Path

    def losses(self) -> Iterator[str]:
        """Yield each file that lost a change of the owner or of the template."""
        result = files(self.project)
        conflicting = conflicts(self.project)
        for name in sorted({*self.old, *self.mine, *self.new, *result}):
            if name != ANSWERS_FILE:
                found = self._loss(name, result.get(name), name in conflicting)
                if found:
                    yield f"{name}: {found}"

    def _loss(self, name: str, result: bytes | None, conflict: bool) -> str:  # noqa: FBT001
        old, mine, new = (each.get(name) for each in (self.old, self.mine, self.new))
        if OWNED.fullmatch(name) or new in (old, mine):
            expected = mine
        elif mine == old:
            expected = new
        elif mine is None:
            expected = None  # the owner deleted it
        elif new is None:
            expected = mine  # no release deletes a file
        else:
            merged = merge(mine, old or b"", new)
            if merged is None:
                return self._loss_in_conflict(mine, old or b"", result, conflict)
            expected = merged
        if conflict:
            return "a conflict where there is none"
        return "" if result == expected else "not the expected content"

    @staticmethod
    def _loss_in_conflict(
        mine: bytes,
        old: bytes,
        result: bytes | None,
        conflict: bool,  # noqa: FBT001
    ) -> str:
        """Return what is lost where both changed the same lines, which git reports."""
        if result is None:
            return "it is missing"
        added = Counter(mine.splitlines()) - Counter(old.splitlines())
        missing = added - Counter(result.splitlines())
        if missing:
            return f"lost lines: {list(missing)}"
        gone = Counter(old.splitlines()) - Counter(mine.splitlines())
        kept = Counter(result.splitlines()) - Counter(mine.splitlines())
        if not conflict and gone & kept:
            return f"deleted lines are back: {list(gone & kept)}"
        return ""


def merge(mine: bytes, old: bytes, new: bytes) -> bytes | None:
    """Merge as git does, or return None if there are conflicts."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("mine", "old", "new")]
        for path, content in zip(paths, (mine, old, new), strict=True):
            path.write_bytes(content)
        done = subprocess.run(
            ["git", "merge-file", "--stdout", *paths], capture_output=True, check=False
        )
        return done.stdout if done.returncode == 0 else None
