"""Update a project: run Copier in a git worktree, and make a branch of the result."""

import re
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from selector import git, process
from selector.errors import UserError
from selector.project import rendering
from selector.project.create import ANSWERS_FILE
from selector.project.metadata import ExistingProject, find_project
from selector.project.status import UpdateStatus
from selector.template.questionnaire import Answers, Questionnaire

BRANCH_PREFIX = "trivet/update-"
_FOLDER_PREFIX = "trivet-update-"


@dataclass(frozen=True)
class UpdateRequest:
    """The answers of a project that the user wants to change."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)

    def changed_answers(self, status: UpdateStatus) -> dict[str, Any]:
        """Return the answers that change; raise UserError if one is not possible."""
        stored = status.project.given
        questionnaire = status.questionnaire
        if "features" in self.data:
            message = "--data: change features with --add and --remove."
            raise UserError(message)
        questionnaire.check_keys(self.data)
        if both := sorted({*self.add} & {*self.remove}):
            message = f"`{both[0]}` is in --add and in --remove. Choose one."
            raise UserError(message)
        known = {k: v for k, v in stored.items() if k in questionnaire.keys}
        features = [name for name in known["features"] if name not in self.remove]
        requested = {**self.data, "features": [*features, *self.add]}
        if "framework" in self.data and known["known_framework"] != "none":
            requested["known_framework"] = self.data["framework"]
        try:
            answers = questionnaire.answer({**known, **requested})
        except UserError as error:
            if self.data or self.add:
                raise
            message = (
                f"{ANSWERS_FILE}: {error} It should not be edited: find its last good "
                f"version with `git log -p -- {ANSWERS_FILE}`."
            )
            raise UserError(message) from error
        self._check_features(status, answers)
        return {
            key: value
            for key, value in answers.given.items()
            if key in stored and not _is_same(value, stored[key])
        }

    def _check_features(self, status: UpdateStatus, answers: Answers) -> None:
        generated = answers.computed["parts"]
        for feature in self.add:
            if feature not in generated:
                framework = status.questionnaire.model.frameworks[
                    answers.given["framework"]
                ]
                message = (
                    f"--add: {framework.title} has no `{feature}` in {status.target} "
                    "of the template."
                )
                raise UserError(message)
        for feature in self.remove:
            if feature in generated:
                dependents = [
                    other
                    for other in answers.given["features"]
                    if feature in _parts_of(status.questionnaire, answers, other)
                ]
                message = (
                    f"--remove: `{feature}` is required by {', '.join(dependents)}. "
                    "Remove that too."
                )
                raise UserError(message)
            if feature not in status.project.given["features"]:
                message = f"--remove: `{feature}` is not in the project."
                raise UserError(message)


def _parts_of(
    questionnaire: Questionnaire, answers: Answers, feature: str
) -> list[str]:
    """Return the parts of a project that has this feature alone."""
    alone = questionnaire.answer({**answers.given, "features": [feature]})
    parts: list[str] = alone.computed["parts"]
    return parts


def _is_same(one: object, other: object) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return set(one) == set(other)
    return one == other


@dataclass(frozen=True)
class PreparedUpdate:
    """An update that is in a worktree and not yet applied to the project.

    commit           the result; files with conflicts contain conflict markers
    conflict_stages  the conflicts in git's index, as `git ls-files -u -z` prints them
    changed, new, deleted, conflicts  paths in the repository
    deleted_edited   the deleted files that the owner had edited
    """

    project: ExistingProject
    branch: str
    commit: str
    conflict_stages: str
    changed: list[str]
    new: list[str]
    deleted: list[str]
    conflicts: list[str]
    deleted_edited: list[str]

    @property
    def needs_migration(self) -> bool:
        """Check whether there are new tables for which the owner writes a migration."""
        names = [Path(name) for name in self.new]
        has_migrations = any("migrations" in name.parts for name in names)
        return any(name.name == "models.py" for name in names) and not has_migrations

    @property
    def changes_models(self) -> bool:
        """Check whether tables may have changed."""
        names = self.changed + self.new + self.conflicts
        return any(Path(name).name == "models.py" for name in names)

    def list_removed_apps(self) -> list[str]:
        """Return the labels of the Django apps whose migrations the update deletes."""
        labels = []
        for name in map(Path, self.deleted):
            if name.parent.name == "migrations" and name.name.startswith("0001_"):
                package = name.parent.parent
                file = f"{self.commit}~:{(package / 'apps.py').as_posix()}"
                apps = self.project.git("show", file).stdout
                label = re.search(r'^ +label = "(\w+)"', apps, re.MULTILINE)
                labels.append(label[1] if label else package.name)
        return labels

    def list_unignored(self) -> list[str]:
        """Return what git does not ignore any more, after `apply`."""
        # Before, there was nothing in the project that git does not know or ignore.
        status = ("status", "--porcelain", "-z", "--", str(self.project.folder))
        entries = self.project.git(*status).stdout.split("\0")
        return [entry[3:] for entry in entries if entry.startswith("?? ")]

    @property
    def is_empty(self) -> bool:
        """Check whether only the stored answers change."""
        names = {*self.changed, *self.new, *self.deleted, *self.conflicts}
        return names <= {(self.project.subfolder / ANSWERS_FILE).as_posix()}

    def apply(self) -> str:
        """Check out the update on its branch; return the branch that was current.

        Signals are ignored. If git fails, the project is unchanged.
        """
        project = self.project
        with _signals_ignored():
            previous = current_branch(project)
            # A branch of this name is merged.
            create = ("branch", "--force", self.branch, self.commit)
            project.git(*create).check_output()
            checkout = ("checkout", "--quiet", "--no-overwrite-ignore", self.branch)
            switched = project.git(*checkout)
            if not switched.ok:
                project.git("branch", "-D", self.branch)
                message = (
                    "The update would overwrite files in the project. "
                    f"{switched.stderr.strip()}"
                )
                raise UserError(message)
            try:
                if self.conflicts:
                    self._mark_conflicts()
                note = f"branch.{self.branch}"
                commit = project.git("rev-parse", "HEAD").check_output()
                project.git("config", f"{note}.trivetFrom", previous).check_output()
                project.git("config", f"{note}.trivetAt", commit).check_output()
            except UserError:
                rollback(project, self.branch, previous)
                raise
            return previous

    def _mark_conflicts(self) -> None:
        """Undo the commit of the update, and mark its conflicts as unmerged."""
        self.project.git("reset", "--soft", "HEAD~").check_output()
        no_object = "0" * len(self.commit)
        resolved = "".join(f"0 {no_object}\t{name}\0" for name in self.conflicts)
        entries = resolved + self.conflict_stages
        index = ("update-index", "-z", "--index-info")
        self.project.git(*index, input=entries).check_output()


@contextmanager
def prepare_update(
    status: UpdateStatus,
    answers: Mapping[str, Any],
    moved_to: str | None,
    title: str,
    warn: Callable[[str], None],
) -> Iterator[PreparedUpdate]:
    """Update the project in a worktree, which is deleted when the context ends.

    answers   the answers that change
    moved_to  the template's new address, if it has moved
    title     the message of the commit
    warn      prints a warning
    """
    project = status.project
    branch = BRANCH_PREFIX + status.target
    _require_free(project, branch)
    _remove_worktrees(project)
    try:
        with tempfile.TemporaryDirectory(
            prefix=_FOLDER_PREFIX, ignore_cleanup_errors=True
        ) as name:
            worktree = Path(name).resolve() / "project"
            add = ("worktree", "add", "--quiet", "--detach", str(worktree), "HEAD")
            project.git(*add).check_output()
            folder = worktree / project.subfolder
            if moved_to:
                _store_source(folder, moved_to)
            rendering.update(status.template.commit, folder, answers)
            _update_lock_file(folder, warn)
            yield _collect(status, worktree, branch, title)
    finally:
        _remove_worktrees(project)


def _require_free(project: ExistingProject, branch: str) -> None:
    """Raise UserError if the branch exists, unless it is an update that is merged."""
    if not project.git("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}").ok:
        return
    is_merged = project.git("merge-base", "--is-ancestor", branch, "HEAD").ok
    if current_branch(project) == branch or not is_merged:
        message = (
            f"The branch {branch} already exists. Merge it, or delete it with "
            f"`git branch -D {branch}`, and try again."
        )
        raise UserError(message)


def _store_source(folder: Path, address: str) -> None:
    """Commit the template's new address, from which Copier reads it."""
    file = folder / ANSWERS_FILE
    answers = yaml.safe_load(file.read_text("utf-8")) | {"_src_path": address}
    file.write_text(yaml.safe_dump(answers, sort_keys=False), "utf-8")
    _commit(folder, "Move the template")


def _commit(folder: Path, message: str) -> None:
    options = (*git.NO_HOOKS, *git.author_options(folder))
    commit = ("commit", "--quiet", "--no-verify", "--allow-empty", "-m", message)
    git.run(*git.NO_HOOKS, "add", "--all", cwd=folder).check_output()
    git.run(*options, *commit, cwd=folder).check_output()


def _update_lock_file(folder: Path, warn: Callable[[str], None]) -> None:
    """Update uv.lock if the dependencies changed, so that it is in the same commit."""
    status = git.run("status", "--porcelain", "--", "pyproject.toml", cwd=folder)
    if status.stdout[:2].strip() != "M" or not (folder / "uv.lock").is_file():
        return
    locked = process.run("uv", "lock", cwd=folder)
    if not locked.ok:
        warn(f"Could not update uv.lock, run `uv lock`: {locked.error_summary}")


def _collect(
    status: UpdateStatus, worktree: Path, branch: str, title: str
) -> PreparedUpdate:
    """Commit the changes that Copier made in the worktree, and list them."""
    project = status.project
    start = project.git("rev-parse", "HEAD").check_output()
    stages = git.run("ls-files", "--unmerged", "-z", cwd=worktree).stdout
    conflicts = sorted({line.split("\t")[1] for line in stages.split("\0") if line})
    git.run(*git.NO_HOOKS, "add", "--all", cwd=worktree).check_output()
    git.run("reset", "--quiet", "--soft", start, cwd=worktree).check_output()
    _commit(worktree, title)
    compare = ("diff-tree", "-r", "--name-status", "--no-renames", "-z", start, "HEAD")
    compared = git.run(*compare, cwd=worktree).stdout.split("\0")
    names: dict[str, list[str]] = {"A": [], "D": [], "M": [], "T": []}
    for kind, name in zip(compared[::2], compared[1::2], strict=False):
        if name not in conflicts:
            names[kind].append(name)
    return PreparedUpdate(
        project=project,
        branch=branch,
        commit=git.run("rev-parse", "HEAD", cwd=worktree).check_output(),
        conflict_stages=stages,
        changed=names["M"] + names["T"],
        new=names["A"],
        deleted=names["D"],
        conflicts=conflicts,
        deleted_edited=_find_edited(status, names["D"], worktree.with_name("old")),
    )


def _find_edited(status: UpdateStatus, names: list[str], scratch: Path) -> list[str]:
    """Return the files that differ from what the template rendered for the project."""
    if not names:
        return []
    project, template = status.project, status.template
    source = str(template.repository)
    folder = scratch / project.subfolder
    rendering.copy(source, status.current, folder, project.given)
    return [
        name
        for name in names
        if not (scratch / name).is_file()
        or (scratch / name).read_bytes()
        != project.git("show", f"HEAD:{name}").stdout.encode("utf-8", "surrogateescape")
    ]


def _remove_worktrees(project: ExistingProject) -> None:
    """Remove the worktree of this update, and those of killed updates, from git.

    This is what `git worktree prune` does, but that fails if a killed git has left an
    empty file.
    """
    common = project.git("rev-parse", "--git-common-dir").check_output()
    for file in Path(project.top, common).glob("worktrees/*/gitdir"):
        # Git can be configured to write a path that is relative to this folder.
        git_file = file.parent / file.read_text("utf-8", "surrogateescape").strip()
        worktree = git_file.parent
        if worktree.parent.name.startswith(_FOLDER_PREFIX) and not worktree.exists():
            shutil.rmtree(file.parent)


def current_branch(project: ExistingProject) -> str:
    """Return the current branch, or the commit if HEAD is detached."""
    branch = project.git("symbolic-ref", "--quiet", "--short", "HEAD").stdout.strip()
    return branch or project.git("rev-parse", "HEAD").stdout.strip()


def undo_update(folder: Path) -> str:
    """Delete the branch of an update; return the branch that is current afterwards."""
    project = find_project(folder)
    branch = current_branch(project)
    if not branch.startswith(BRANCH_PREFIX):
        message = (
            f"There is no update to undo: the branch {branch} was not made by "
            "`trivet update`. Undo an update that is merged with `git revert`."
        )
        raise UserError(message)
    note = f"branch.{branch}"
    previous = project.git("config", f"{note}.trivetFrom").stdout.strip()
    commit = project.git("config", f"{note}.trivetAt").stdout.strip()
    head = project.git("rev-parse", "HEAD").stdout.strip()
    if not previous or head != commit:
        message = (
            f"The branch {branch} has commits of yours, which undoing would delete. "
            f"Leave it with `git checkout {previous or 'BRANCH'}`. Then `git branch "
            f"-D {branch}` deletes the update and your commits."
        )
        raise UserError(message)
    # A branch without a commit has conflicts, which are discarded.
    if head != project.git("rev-parse", f"{previous}^{{commit}}").stdout.strip():
        project.require_clean()
    rollback(project, branch, previous)
    return previous


def rollback(project: ExistingProject, branch: str, previous: str) -> None:
    """Discard uncommitted changes, check out `previous`, and delete the branch."""
    project.git("reset", "--hard", "--quiet").check_output()
    project.git("checkout", "--quiet", previous).check_output()
    project.git("branch", "-D", branch).check_output()


@contextmanager
def _signals_ignored() -> Iterator[None]:
    """Ignore Ctrl-C and SIGTERM, also in programs that are started in this context."""
    handlers: dict[signal.Signals, Any] = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            handlers[number] = signal.signal(number, signal.SIG_IGN)
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
