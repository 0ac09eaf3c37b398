"""An existing project: its answers file, and the git repository that it is in."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from selector import git
from selector.errors import UserError
from selector.process import Result
from selector.project.create import ANSWERS_FILE

# Each framework is also the name of the package that a project depends on.
_FRAMEWORKS = ("django", "flask", "fastapi")
_REASON = "updates need the answers that it stores"


@dataclass(frozen=True)
class ExistingProject:
    """A project that was made from the template, in its repository.

    folder   the project's folder
    top      the top folder of its repository: the same, or one above
    answers  the content of the answers file
    """

    folder: Path
    top: Path
    answers: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Return the version of the template that the project is at."""
        return str(self.answers["_commit"])

    @property
    def source(self) -> str:
        """Return where the project's updates come from."""
        return str(self.answers["_src_path"])

    @property
    def given(self) -> dict[str, Any]:
        """Return the answers, without Copier's own entries."""
        return {k: v for k, v in self.answers.items() if not k.startswith("_")}

    @property
    def subfolder(self) -> Path:
        """Return the project's path relative to the top of the repository."""
        return self.folder.relative_to(self.top)

    def git(self, *arguments: str, input: str = "") -> Result:  # noqa: A002 - as in git.run
        """Run git at the top of the repository, without the owner's hooks."""
        return git.run(*git.NO_HOOKS, *arguments, cwd=self.top, input=input)

    def require_clean(self) -> None:
        """Raise UserError if there are changes that are not committed."""
        in_project = self.git("status", "--porcelain", "-z", "--", str(self.folder))
        in_repository = self.git("status", "--porcelain", "-z", "--untracked-files=no")
        changed = [
            entry[3:]
            for entry in f"{in_project.stdout}\0{in_repository.stdout}".split("\0")
            if entry[2:3] == " "
        ]
        if changed:
            names = ", ".join(list(dict.fromkeys(changed))[:5])
            message = (
                f"There are changes that are not committed ({names}). Commit them, or "
                "stash them with `git stash --include-untracked`, and try again."
            )
            raise UserError(message)


def require_folder(folder: Path) -> Path:
    """Return the absolute path of a folder; raise UserError if it is none."""
    folder = folder.expanduser().resolve()
    if folder.is_dir():
        return folder
    message = f"The folder {folder} does not exist."
    if folder.exists():
        message = f"{folder} is a file. Give the folder of a project."
    raise UserError(message)


def find_project(folder: Path) -> ExistingProject:
    """Return the project in a folder; raise UserError if it cannot be updated."""
    folder = require_folder(folder)
    answers = _load_answers(folder)
    git.require_installed()
    top = git.find_top_folder(folder)
    if not top:
        message = (
            f"{folder} is not in a git repository, so an update could not be undone. "
            "Run `git init && git add --all && git commit -m Start` there first."
        )
        raise UserError(message)
    project = ExistingProject(folder, top, answers)
    if not project.git("rev-parse", "--verify", "--quiet", "HEAD").ok:
        message = (
            f"The repository of {folder} has no commit yet, so an update could not be "
            "undone. Run `git add --all && git commit -m Start` there first."
        )
        raise UserError(message)
    # Copier compares the project with its template in repositories with SHA-1 objects.
    if project.git("rev-parse", "--show-object-format").stdout.strip() == "sha256":
        message = (
            f"The repository of {folder} has SHA-256 objects. Copier can only update "
            "projects in repositories with SHA-1 objects. Move the project to a "
            "repository that is created without `--object-format=sha256`."
        )
        raise UserError(message)
    return project


def _load_answers(folder: Path) -> Mapping[str, Any]:
    file = folder / ANSWERS_FILE
    if not file.is_file():
        raise _missing_file_error(folder)
    try:
        answers = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problem = "cannot be read"
        raise _edited_file_error(problem) from error
    if not isinstance(answers, dict):
        problem = "has no answers"
        raise _edited_file_error(problem)
    for key in ("_commit", "_src_path", "framework"):
        if not isinstance(answers.get(key), str) or not answers[key]:
            problem = f"has no `{key}`"
            raise _edited_file_error(problem)
    _check_framework(folder, answers["framework"])
    return answers


def _missing_file_error(folder: Path) -> UserError:
    deleted_in = git.run(
        "log", "-1", "--format=%h", "--diff-filter=D", "--", ANSWERS_FILE, cwd=folder
    ).stdout.strip()
    if deleted_in:
        return UserError(
            f"{ANSWERS_FILE} was deleted in {deleted_in}, and {_REASON}. Restore it "
            f"with `git checkout {deleted_in}~ -- {ANSWERS_FILE}`."
        )
    if git.run("ls-files", "--error-unmatch", ANSWERS_FILE, cwd=folder).ok:
        return UserError(
            f"{ANSWERS_FILE} was deleted, and {_REASON}. Restore it "
            f"with `git checkout HEAD -- {ANSWERS_FILE}`."
        )
    return UserError(
        f"{folder} has no {ANSWERS_FILE}. Either Trivet did not create it, or that "
        "file was never committed. Give the folder of a project."
    )


def _edited_file_error(problem: str) -> UserError:
    return UserError(
        f"{ANSWERS_FILE} {problem}. It should not be edited: find its last good "
        f"version with `git log -p -- {ANSWERS_FILE}`, and restore it with "
        f"`git checkout COMMIT -- {ANSWERS_FILE}`."
    )


def _check_framework(folder: Path, framework: str) -> None:
    """Raise UserError if the framework was edited: an update would replace all."""
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
        dependencies = project["project"]["dependencies"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, LookupError):
        return
    names = {re.split(r"[^\w-]", str(each))[0].lower() for each in dependencies}
    used = [name for name in _FRAMEWORKS if name in names]
    if used and framework not in used:
        problem = f"says `framework: {framework}`, but the project depends on {used[0]}"
        raise _edited_file_error(problem)
