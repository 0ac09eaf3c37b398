"""An update of a living project: made aside, then taken over as a branch of its own."""

import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from selector import process
from selector.errors import Refusal
from selector.project.create import ANSWERS_FILE, record, start
from selector.project.merging import Index, conflicts, merge
from selector.project.metadata import Living, found, git_at, must
from selector.project.rendering import renderer
from selector.project.status import Standing
from selector.template.questionnaire import Answers, Questionnaire

BRANCH = "trivet/update-"
_PREFIX = "trivet-update-"


@dataclass(frozen=True)
class Wanted:
    """What is to change in the answers of a project."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)

    def answers(self, standing: Standing) -> Answers:
        """Give the answers of the project to be, or refuse what cannot be."""
        stored = standing.living.given
        questionnaire = standing.questionnaire
        if "features" in self.data:
            message = (
                "--data: say --add FEATURE and --remove FEATURE to change the features."
            )
            raise Refusal(message)
        questionnaire.check_keys(self.data)
        known = {k: v for k, v in stored.items() if k in questionnaire.keys}
        features = [
            feature for feature in known["features"] if feature not in self.remove
        ]
        changed = {**self.data, "features": [*features, *self.add]}
        if "framework" in self.data and known["known_framework"] != "none":
            changed["known_framework"] = self.data["framework"]
        try:
            result = questionnaire.answer({**known, **changed})
        except Refusal as error:
            if self.data or self.add:
                raise
            message = (
                f"{ANSWERS_FILE}: {error} It should not be edited; "
                f"`git log -p -- {ANSWERS_FILE}` shows what it held."
            )
            raise Refusal(message) from error
        self._check_needs(standing, result)
        # What is remembered keeps its order, and a list that stays the same does too.
        kept = {
            key: value if _same(value, result.given[key]) else result.given[key]
            for key, value in stored.items()
            if key in result.given
        }
        return Answers({**kept, **result.given, **kept}, result.computed)

    def _check_needs(self, standing: Standing, result: Answers) -> None:
        answers = result.all
        for feature in self.add:
            if feature not in answers["parts"]:
                frameworks = answers["criteria"][0]["frameworks"]
                message = (
                    f"--add: `{feature}` cannot be generated for "
                    f"{frameworks[answers['framework']]['title']} in {standing.target} "
                    "of the template."
                )
                raise Refusal(message)
        for feature in self.remove:
            if feature in answers["parts"]:
                resting = [
                    other
                    for other in answers["features"]
                    if feature in self._parts(standing, result, other)
                ]
                message = (
                    f"--remove: `{feature}` stays, because {', '.join(resting)} rests "
                    "on it. Remove that too."
                )
                raise Refusal(message)
            if feature not in standing.living.given["features"]:
                message = f"--remove: `{feature}` is not in the project."
                raise Refusal(message)

    @staticmethod
    def _parts(standing: Standing, result: Answers, feature: str) -> list[str]:
        """Give what a project with this feature alone is made of."""
        alone = standing.questionnaire.answer({**result.given, "features": [feature]})
        parts: list[str] = alone.computed["parts"]
        return parts


def _same(one: object, other: object) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return set(one) == set(other)
    return one == other


def changes(living: Living, answers: Answers) -> dict[str, Any]:
    """Give the answers that are others than the project remembers."""
    stored = living.given
    return {k: v for k, v in answers.given.items() if k in stored and v != stored[k]}


@dataclass
class Outcome:
    """What an update would do to a project, made in a worktree beside it.

    changed, new, gone  paths in the project
    lost                those of the gone that hold work of the owner's
    conflicts           those that have to be merged by hand
    """

    living: Living
    worktree: Path
    branch: str
    tree: str
    changed: list[str]
    new: list[str]
    gone: list[str]
    conflicts: list[str]
    lost: list[str]

    @property
    def empty(self) -> bool:
        """Tell whether nothing changes but what the answers file remembers."""
        names = {*self.changed, *self.new, *self.gone, *self.conflicts}
        return names <= {(self.living.inside / ANSWERS_FILE).as_posix()}

    def take_over(self, message: str) -> str:
        """Bring it into the project: committed, or with its conflicts open.

        Gives the branch that the project was on. Nothing can interrupt this, and where
        git refuses, all is as it was.
        """
        with _undisturbed():
            before = current_branch(self.living)
            tip = "HEAD" if self.conflicts else self._commit(message)
            must(self.living.git("branch", self.branch, tip))
            switched = self.living.git(
                "checkout", "--quiet", "--no-overwrite-ignore", self.branch
            )
            if not switched.ok:
                self.living.git("branch", "-D", self.branch)
                text = f"The update does not fit into the project: {switched.stderr}"
                raise Refusal(text.strip())
            note = f"branch.{self.branch}"
            self.living.git("config", f"{note}.trivetFrom", before)
            made = self.living.git("rev-parse", "HEAD").stdout.strip()
            self.living.git("config", f"{note}.trivetAt", made)
            if self.conflicts:
                try:
                    self._open_conflicts()
                except Refusal:
                    go_back(self.living, self.branch, before)
                    raise
            return before

    def _commit(self, message: str) -> str:
        known = self.living.git("var", "GIT_COMMITTER_IDENT").ok
        name = ("-c", "user.name=Trivet", "-c", "user.email=trivet@localhost")
        made = self.living.git(
            *(() if known else name),
            *("commit-tree", self.tree, "-p", "HEAD", "-m", message),
        )
        return must(made)

    def _open_conflicts(self) -> None:
        """Put files and index into the state that a merge with conflicts leaves."""
        must(self.living.git("read-tree", "-m", "-u", "HEAD", self.tree))
        stages = git_at(self.worktree, "ls-files", "--unmerged", "-z").stdout
        cleared = "".join(f"0 {'0' * 40}\t{name}\0" for name in self.conflicts)
        must(
            self.living.git("update-index", "-z", "--index-info", told=cleared + stages)
        )


@contextmanager
def prepared(
    standing: Standing,
    answers: Answers,
    moved: str | None,
    say: Callable[[str], None],
) -> Iterator[Outcome]:
    """Make the update in a worktree beside the project, which goes in the end.

    answers  of the project to be
    moved    where the template is now, where that is not what the project remembers
    """
    living = standing.living
    branch = BRANCH + standing.target
    if living.git("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}").ok:
        message = (
            f"The branch {branch} is there already. Merge it, or delete it with "
            f"`git branch -D {branch}`, and try again."
        )
        raise Refusal(message)
    try:
        with tempfile.TemporaryDirectory(
            prefix=_PREFIX, ignore_cleanup_errors=True
        ) as name:
            folder = Path(name).resolve()
            old, new, worktree = (folder / each for each in ("old", "new", "project"))
            add = ("worktree", "add", "--quiet", "--detach", str(worktree), "HEAD")
            with _rendering(standing, answers, moved, old, new):
                must(living.git(*add))
            title = f"{standing.target} of the template"
            lost = merge(living, worktree, old, new, title)
            _lock(worktree / living.inside, say)
            yield _outcome(living, worktree, branch, lost)
    finally:
        _forget_worktrees(living)


@contextmanager
def _rendering(
    standing: Standing, answers: Answers, moved: str | None, old: Path, new: Path
) -> Iterator[None]:
    """Render what the project came from, and what it gets, while other work is done.

    Both lie as deep in their folders as the project does in its repository.
    """
    living, newer = standing.living, standing.questionnaire
    after = replace(standing.source, recorded=moved or living.source)
    before = replace(after, commit=standing.current, recorded=living.source)
    older = newer if before.commit == after.commit else Questionnaire(before.tree)
    with renderer() as one, renderer() as other:
        place = new / living.inside
        start(one, after, newer, answers, place, updates_to=newer)
        known = {k: v for k, v in living.given.items() if k in older.keys}
        came_from = older.answer(known)
        start(other, before, older, came_from, old / living.inside, updates_to=newer)
        yield
        one.finish()
        other.finish()
    record(after, place)


def _forget_worktrees(living: Living) -> None:
    """Let git forget our worktree, and those of updates that were killed before."""
    for line in living.git("worktree", "list", "--porcelain").stdout.splitlines():
        path = Path(line.removeprefix("worktree "))
        if path.parent.name.startswith(_PREFIX) and not path.exists():
            living.git("worktree", "remove", "--force", "--force", str(path))


def _lock(place: Path, say: Callable[[str], None]) -> None:
    """Bring uv.lock in step with the dependencies, so that it is part of the update."""
    if not (place / "uv.lock").is_file() or not _changed(place, "pyproject.toml"):
        return
    locked = process.run("uv", "lock", cwd=place)
    if not locked.ok:
        say(f"uv.lock could not be brought up to date, run `uv lock`: {locked.why}")


def _changed(place: Path, name: str) -> bool:
    """Tell whether a file changed, and that without a conflict."""
    return git_at(place, "status", "--porcelain", "--", name).stdout[:2].strip() == "M"


def _outcome(living: Living, worktree: Path, branch: str, lost: set[str]) -> Outcome:
    """Look at what the merge left in the worktree."""
    open_ = conflicts(worktree)
    tree = _tree(worktree)
    kinds: dict[str, list[str]] = {"A": [], "D": [], "M": [], "T": []}
    compare = ("diff-tree", "-r", "-z", "--no-renames", "--name-status", "HEAD", tree)
    compared = must(git_at(worktree, *compare)).split("\0")
    for kind, name in zip(compared[::2], compared[1::2], strict=False):
        if name not in open_:
            kinds[kind].append(name)
    return Outcome(
        living,
        worktree,
        branch,
        tree,
        kinds["M"] + kinds["T"],
        kinds["A"],
        kinds["D"],
        open_,
        [name for name in kinds["D"] if name in lost],
    )


def _tree(worktree: Path) -> str:
    """Write all that is in the worktree as a tree, and leave its index alone."""
    index = Index(worktree, worktree, worktree.with_name("index"))
    index.git("read-tree", "HEAD")
    index.git("add", "--all", ".")
    return index.git("write-tree")


def current_branch(living: Living) -> str:
    """Give the branch that is checked out, or the commit where none is."""
    branch = living.git("symbolic-ref", "--quiet", "--short", "HEAD").stdout.strip()
    return branch or living.git("rev-parse", "HEAD").stdout.strip()


def undo(folder: Path) -> str:
    """Go back from the branch of an update and delete it; give where that leads."""
    living = found(folder)
    branch = current_branch(living)
    if not branch.startswith(BRANCH):
        message = (
            f"There is no update to undo: the branch {branch} was not made by "
            "`trivet update`. What is merged is undone with `git revert`."
        )
        raise Refusal(message)
    note = f"branch.{branch}"
    before = living.git("config", f"{note}.trivetFrom").stdout.strip()
    made = living.git("config", f"{note}.trivetAt").stdout.strip()
    head = living.git("rev-parse", "HEAD").stdout.strip()
    if not before or head != made:
        message = (
            f"{branch} has commits of your own. Go back with `git checkout "
            f"{before or 'BRANCH'}`; `git branch -D {branch}` deletes it with them."
        )
        raise Refusal(message)
    # Where the branch has no commit, it was left with conflicts: they are what goes.
    if head != living.git("rev-parse", f"{before}^{{commit}}").stdout.strip():
        living.require_clean()
    go_back(living, branch, before)
    return before


def go_back(living: Living, branch: str, before: str) -> None:
    """Leave the branch of an update, with whatever is open on it, and delete it."""
    must(living.git("reset", "--hard", "--quiet"))
    must(living.git("checkout", "--quiet", before))
    must(living.git("branch", "-D", branch))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait; git, started in here, inherits that."""
    held: dict[signal.Signals, Any] = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            held[number] = signal.signal(number, signal.SIG_IGN)
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
