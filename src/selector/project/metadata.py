"""A living project: what it remembers of its making, and where it is in git."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from selector import process
from selector.errors import Refusal
from selector.project.create import ANSWERS_FILE

# The distribution that a project of each framework cannot do without.
_FRAMEWORKS = ("django", "flask", "fastapi")


@dataclass(frozen=True)
class Living:
    """A project that was made from the template, in its repository.

    folder   where the project is
    top      where its repository begins: the same folder, or one above
    answers  all that the answers file holds
    """

    folder: Path
    top: Path
    answers: Mapping[str, Any]

    @property
    def version(self) -> str:
        """Give the version of the template that it is at."""
        return str(self.answers["_commit"])

    @property
    def source(self) -> str:
        """Give where its updates come from."""
        return str(self.answers["_src_path"])

    @property
    def given(self) -> dict[str, Any]:
        """Give the answers, without what Copier keeps for itself."""
        return {k: v for k, v in self.answers.items() if not k.startswith("_")}

    @property
    def inside(self) -> Path:
        """Give the way from the top of the repository to the project."""
        return self.folder.relative_to(self.top)

    def git(self, *arguments: str, told: str = "") -> process.Result:
        """Run git at the top of the repository, without the owner's hooks."""
        return git_at(self.top, *arguments, told=told)

    def require_clean(self) -> None:
        """Refuse a project with changes that are not in its history."""
        within = self.git("status", "--porcelain", "-z", "--", str(self.folder))
        around = self.git("status", "--porcelain", "-z", "--untracked-files=no")
        changed = [
            entry[3:]
            for entry in f"{within.stdout}\0{around.stdout}".split("\0")
            if entry[2:3] == " "
        ]
        if changed:
            names = ", ".join(list(dict.fromkeys(changed))[:5])
            message = (
                f"There are changes that are not committed ({names}). Commit them, or "
                "put them aside with `git stash --include-untracked`, and try again."
            )
            raise Refusal(message)


def git_at(
    folder: Path,
    *arguments: str,
    told: str = "",
    environment: Mapping[str, str] | None = None,
) -> process.Result:
    """Run git in a repository of the owner's, without hooks and signatures."""
    quiet = ("-c", f"core.hooksPath={os.devnull}", "-c", "commit.gpgSign=false")
    return process.git(
        *quiet, *arguments, cwd=folder, told=told, environment=environment
    )


def must(done: process.Result) -> str:
    """Give what git said; raise Refusal, in its words, where it failed."""
    if not done.ok:
        message = f"git failed: {done.why}"
        raise Refusal(message)
    return done.stdout.strip()


def found(folder: Path) -> Living:
    """Find the project in a folder, or say what keeps it from being updated."""
    folder = folder.expanduser().resolve()
    if not folder.is_dir():
        message = f"There is no folder {folder}."
        raise Refusal(message)
    answers = _answers(folder)
    if not process.found("git"):
        message = (
            "git is missing, and updates are merged by it. Install it from "
            "https://git-scm.com and try again."
        )
        raise Refusal(message)
    top = git_at(folder, "rev-parse", "--show-toplevel")
    if not top.ok:
        message = (
            f"{folder} is in no git repository, so an update could not be undone. Run "
            "`git init && git add --all && git commit -m Start` there first."
        )
        raise Refusal(message)
    living = Living(folder, Path(top.stdout.strip()).resolve(), answers)
    if not living.git("rev-parse", "--verify", "--quiet", "HEAD").ok:
        message = (
            f"The repository of {folder} has no commit yet, so an update could not be "
            "undone. Run `git add --all && git commit -m Start` there first."
        )
        raise Refusal(message)
    return living


def _answers(folder: Path) -> Mapping[str, Any]:
    file = folder / ANSWERS_FILE
    if not file.is_file():
        removed = git_at(
            folder, "log", "-1", "--format=%h", "--diff-filter=D", "--", ANSWERS_FILE
        ).stdout.strip()
        if removed:
            back = f"git checkout {removed}~ -- {ANSWERS_FILE}"
            message = (
                f"{ANSWERS_FILE} is gone, and updates need what it remembers. It was "
                f"removed in {removed}: `{back}` brings it back."
            )
        elif git_at(folder, "ls-files", "--error-unmatch", ANSWERS_FILE).ok:
            message = (
                f"{ANSWERS_FILE} is gone, and updates need what it remembers. "
                f"`git checkout HEAD -- {ANSWERS_FILE}` brings it back."
            )
        else:
            message = (
                f"{folder} has no {ANSWERS_FILE}: either Trivet did not make it, or "
                "that file was never committed. Name the folder of a project."
            )
        raise Refusal(message)
    try:
        answers = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        trouble = "cannot be read"
        raise _edited(trouble) from error
    if not isinstance(answers, dict):
        trouble = "holds no answers"
        raise _edited(trouble)
    for key in ("_commit", "_src_path", "framework"):
        if not isinstance(answers.get(key), str) or not answers[key]:
            trouble = f"has no `{key}`"
            raise _edited(trouble)
    _check_framework(folder, answers["framework"])
    return answers


def _edited(trouble: str) -> Refusal:
    return Refusal(
        f"{ANSWERS_FILE} {trouble}. It should not be edited: `git log -p -- "
        f"{ANSWERS_FILE}` shows what it held, `git checkout COMMIT -- {ANSWERS_FILE}` "
        "brings that back."
    )


def _check_framework(folder: Path, framework: str) -> None:
    """Refuse a framework that was changed by hand: an update would rewrite all."""
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
        dependencies = project["project"]["dependencies"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, LookupError):
        return
    names = {re.split(r"[^\w-]", str(each))[0].lower() for each in dependencies}
    there = [name for name in _FRAMEWORKS if name in names]
    if there and framework not in there:
        trouble = (
            f"says `framework: {framework}`, but the project depends on {there[0]}"
        )
        raise _edited(trouble)
