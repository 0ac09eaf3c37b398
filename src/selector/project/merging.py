"""What differs between two renderings of the template, merged into a project by git."""

from collections.abc import Mapping
from pathlib import Path

from selector.project.create import ANSWERS_FILE
from selector.project.metadata import Living, git_at, must

# Whatever the owner has set; that of `git merge-file`, which Copier merges with.
_SETTINGS = {
    "merge.conflictStyle": "merge",
    "rerere.enabled": "false",
    "user.name": "Trivet",
    "user.email": "trivet@localhost",
}
_SET = [word for key, value in _SETTINGS.items() for word in ("-c", f"{key}={value}")]
# The strategy `ort` looks for renames up to git 2.49, whatever it is told.
_HOW = ("--strategy=recursive", "-Xno-renames", "-Xdiff-algorithm=myers")
_LIST = ("ls-files", "--stage", "-z")
_NOTHING = f"0 {'0' * 40}"


class Index:
    """An index of our own, with which trees are written; git's own stays as it is."""

    def __init__(self, repository: Path, files: Path, index: Path) -> None:
        """Take files from one place, for trees in a repository somewhere else."""
        self.repository = repository
        self.environment = {"GIT_WORK_TREE": str(files), "GIT_INDEX_FILE": str(index)}

    def git(self, *arguments: str, told: str = "") -> str:
        """Run git with this index, and give what it says."""
        environment = self.environment
        return must(
            git_at(self.repository, *arguments, told=told, environment=environment)
        )

    def put(self, entries: Mapping[str, str]) -> None:
        """Let these take the place of what is there."""
        told = "".join(f"{entry}\t{name}\0" for name, entry in entries.items())
        self.git("update-index", "-z", "--index-info", told=told)

    def commit(self, title: str, *parents: str) -> str:
        """Make a commit that no branch leads to, and give its hash."""
        before = [word for parent in parents for word in ("-p", parent)]
        tree = self.git("write-tree")
        return self.git(*_SET, "commit-tree", tree, *before, "-m", title)


def merge(living: Living, worktree: Path, old: Path, new: Path, title: str) -> set[str]:
    """Merge what differs between two renderings into a worktree of the project.

    old, new  the renderings, as deep in there as the project is in its repository
    title     what the new one is called at conflicts

    Gives the files that go although the owner changed them.
    """
    before, after = (
        Index(living.top, folder, folder.with_name(f"{folder.name}.index"))
        for folder in (old, new)
    )
    for index in (before, after):
        index.git("add", "--all", "--force")
    was, becomes = (_entries(index.git(*_LIST)) for index in (before, after))
    mine = _entries(must(git_at(worktree, *_LIST)))
    gone = was.keys() & mine.keys() - becomes.keys()
    # The template alone decides on these: as if the owner had not changed them.
    answers = {(living.inside / ANSWERS_FILE).as_posix()} & mine.keys()
    before.put({name: mine[name] for name in gone | answers})
    # What the owner deleted stays deleted.
    after.put(dict.fromkeys(was.keys() - mine.keys(), _NOTHING))
    change = after.commit(title, before.commit("The template before"))
    picked = git_at(worktree, *_SET, "cherry-pick", "--no-commit", *_HOW, change)
    if not conflicts(worktree):
        must(picked)
    return {name for name in gone if mine[name] != was[name]}


def conflicts(worktree: Path) -> list[str]:
    """Give the files that have to be merged by hand."""
    return sorted(_entries(must(git_at(worktree, *_LIST, "--unmerged"))))


def _entries(listed: str) -> dict[str, str]:
    """Give each file that git listed, with its mode and content."""
    lines = [entry.split("\t", 1) for entry in listed.split("\0") if entry]
    return {name: entry for entry, name in lines}
