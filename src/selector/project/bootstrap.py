"""Set up a new project: Python, packages, database, and the first commit."""

import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from selector import git, process
from selector.errors import SetupError, UserError
from selector.project import constraints
from selector.template.source import checkout

# The versions that are tried, in this order, if the rendered one is not installed.
_OTHER_PYTHONS = ("3.14", "3.12", "3.11")

# The branches whose pushes start the rendered workflow.
CI_BRANCHES = ("main", "master")
CI_WORKFLOW = ".github/workflows/ci.yml"

INSTALL_UV = (
    "Install it with `pip install uv`, or as "
    "https://docs.astral.sh/uv/getting-started/installation/ describes."
)

Progress = Callable[[str], AbstractContextManager[None]]
Print = Callable[[str], None]


def uv_command() -> str:
    """Return uv as the user has to type it."""
    path = process.find("uv")
    return shlex.quote(path) if path and not _is_on_path(path) else "uv"


def uv_advice() -> str:
    """Return what is wrong with the user's installation of uv, and how to install it.

    It is empty if the user can type `uv`, as the README of a project and its pre-commit
    hooks do. bin/trivet may have installed a copy that only Trivet finds.
    """
    path = process.find("uv")
    if not path:
        return f"uv is missing. {INSTALL_UV}"
    if not _is_on_path(path):
        return (
            f"uv is not on your PATH, only in {Path(path).parent}. The commands in "
            f"README.md and the pre-commit hooks need it. {INSTALL_UV}"
        )
    return ""


def _is_on_path(path: str) -> bool:
    root = checkout()
    in_checkout = root is not None and Path(path).is_relative_to(root)
    return not in_checkout and shutil.which("uv") is not None


@dataclass(frozen=True)
class Bootstrap:
    """The first set-up of one project.

    shown        the folder as the user would type it
    progress     shows a step for as long as it runs
    show         prints a line
    constraints  the versions that the template was tested with
    """

    folder: Path
    python_minimum: str
    shown: str
    progress: Progress
    show: Print
    constraints: Sequence[str] = ()

    def run(self) -> None:
        """Run all steps; raise SetupError with the remaining commands if one fails."""
        failure: SetupError | None = None
        has_repository = self._prepare_repository()
        try:
            self._choose_python()
            self._install()
        except SetupError as error:
            failure = error
        if has_repository:
            self._commit()
        if failure:
            raise failure

    def _fail(self, reason: str, *steps: str) -> NoReturn:
        uv = uv_command()
        typed = [re.sub("^uv ", lambda _: f"{uv} ", step) for step in steps]
        commands = " && ".join([f"cd {shlex.quote(self.shown)}", *typed])
        message = (
            f"{reason}\nThe files are written, but setup is incomplete. Continue "
            f"with:\n  {commands}"
        )
        raise SetupError(message)

    def _prepare_repository(self) -> bool:
        """Create a git repository; return whether the first commit is ours to make."""
        if not process.find("git"):
            self.show("git is missing, so there is no first commit. Updates need git.")
            return False
        try:
            top = git.find_top(self.folder)
        except UserError as error:
            self.show(str(error))
            self.show("Afterwards, commit the files yourself: updates need that.")
            return False
        if top:
            return self._prepare_existing_repository(top)
        # CI runs on this branch, whatever `init.defaultBranch` says.
        created = git.run("init", "--quiet", "-b", CI_BRANCHES[0], cwd=self.folder)
        if not created.ok:
            self.show(f"git could not create a repository: {created.error_summary}")
            self.show("Updates need one: git init && git add --all && git commit")
        return created.ok

    def _prepare_existing_repository(self, top: Path) -> bool:
        """Return whether the first commit of a repository is ours to make."""
        if top != self.folder.resolve():
            self.show(
                "The project is inside a git repository. Its files are not "
                "committed: commit them yourself."
            )
            return False
        if git.run("rev-parse", "--verify", "HEAD", cwd=self.folder).ok:
            self.show(
                "The repository has commits already. The project's files are not "
                "committed: commit them yourself."
            )
            return False
        branch = git.run("branch", "--show-current", cwd=self.folder).stdout.strip()
        if branch not in CI_BRANCHES and (self.folder / CI_WORKFLOW).is_file():
            self.show(
                f"The branch is called {branch}, but CI runs on "
                f"{' and '.join(CI_BRANCHES)}. Rename it with `git branch -m main`, "
                f"or change `branches` in {CI_WORKFLOW}."
            )
        return True

    def _commit(self) -> None:
        with self.progress("First commit"):
            author = git.identity(self.folder)
            options = (*author, "-c", "commit.gpgSign=false")
            message = "Start the service from its template"
            commit = ("commit", "--quiet", "--no-verify", "-m", message)
            done = git.run("add", "--all", cwd=self.folder)
            if done.ok:
                done = git.run(*options, *commit, cwd=self.folder)
        if not done.ok:
            self.show(f"git could not make the first commit: {done.error_summary}")
            self.show("Updates need one: git add --all && git commit")
        elif author:
            self.show("git does not know your name, so Trivet is the first author.")

    def _choose_python(self) -> None:
        """Keep the rendered Python version, or store another one that is installed."""
        if not process.find("uv"):
            self._fail(uv_advice(), "uv sync", "uv run poe setup")
        file = self.folder / ".python-version"
        rendered = file.read_text("utf-8").strip() if file.is_file() else "3.13"
        if os.environ.get("UV_PYTHON"):
            return  # the user has chosen
        with self.progress("Python"):
            for version in self._candidates(rendered):
                file.write_text(f"{version}\n", "utf-8", newline="\n")
                if self._uv("python", "find", "--no-python-downloads", version).ok:
                    break
            else:
                version = rendered
                file.write_text(f"{rendered}\n", "utf-8", newline="\n")
                if not self._uv("python", "install", rendered).ok:
                    self._fail(
                        f"Python {self.python_minimum} or later is needed and was not "
                        f"found. Install it with `uv python install {rendered}` or "
                        "from https://www.python.org/downloads/.",
                        f"uv python install {rendered}",
                        "uv sync",
                        "uv run poe setup",
                    )
        if version != rendered:
            self.show(
                f"Python {rendered} is not installed; the project uses {version}."
            )

    def _candidates(self, rendered: str) -> Iterator[str]:
        yield rendered
        for version in _OTHER_PYTHONS:
            if version != rendered and _number(version) >= _number(self.python_minimum):
                yield version

    def _install(self) -> None:
        locked = None
        with self.progress("Dependencies (uv sync)"):
            if self.constraints:
                locked = constraints.lock(self.folder, self.constraints)
            synced = self._uv("sync")
        if not synced.ok:
            reason = f"The dependencies could not be installed: {synced.error_summary}"
            self._fail(reason, "uv sync", "uv run poe setup")
        if locked and not locked.ok:
            self.show(
                "The tested versions could not be installed "
                f"({locked.error_summary}), so the newest ones are."
            )
        with self.progress("Database (poe setup)"):
            done = self._uv("run", "--no-sync", "poe", "setup")
        if not done.ok:
            self._fail(f"`poe setup` failed: {done.error_summary}", "uv run poe setup")

    def _uv(self, *arguments: str) -> process.Result:
        return process.run("uv", *arguments, cwd=self.folder)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))
