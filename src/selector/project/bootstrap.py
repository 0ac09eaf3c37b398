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
from selector.template.source import find_checkout

# The versions that are tried, in this order, if the rendered one is not installed.
_OTHER_PYTHONS = ("3.14", "3.12", "3.11")

# The branches whose pushes start the rendered workflow.
CI_BRANCHES = ("main", "master")
CI_WORKFLOW = ".github/workflows/ci.yml"

INSTALL_UV = (
    "Install it with `pip install uv`, or as "
    "https://docs.astral.sh/uv/getting-started/installation/ describes."
)
UV_MISSING = f"uv is missing. {INSTALL_UV}"

Progress = Callable[[str], AbstractContextManager[None]]
Print = Callable[[str], None]


def uv_command() -> str:
    """Return the command that starts uv in the user's shell."""
    path = process.find_program("uv")
    return shlex.quote(path) if path and not _is_on_path(path) else "uv"


def uv_problem(folder: Path) -> str:
    """Return why uv does not start in a folder, and how to install it; else nothing.

    For example, pyenv's uv is only found if it was installed for the Python version
    that the folder's .python-version names.
    """
    if not process.find_program("uv"):
        return UV_MISSING
    version = process.run("uv", "--version", cwd=folder)
    if not version.ok:
        return (
            f"uv does not start in {folder}: {version.first_error_line}. {INSTALL_UV}"
        )
    return ""


def uv_advice() -> str:
    """Return how to install uv if it is not on the user's PATH; else nothing.

    The README of a project and its pre-commit hooks require it there. bin/trivet may
    have installed a copy that is not.
    """
    path = process.find_program("uv")
    if not path:
        return UV_MISSING
    if not _is_on_path(path):
        return (
            f"uv is not on your PATH, only in {Path(path).parent}. The commands in "
            f"README.md and the pre-commit hooks need it. {INSTALL_UV}"
        )
    return ""


def _is_on_path(path: str) -> bool:
    root = find_checkout()
    in_checkout = root is not None and Path(path).is_relative_to(root)
    return not in_checkout and shutil.which("uv") is not None


@dataclass(frozen=True)
class Bootstrap:
    """The first setup of one project.

    display_path   the folder as the user typed it
    show_progress  shows a step for as long as it runs
    print_line     prints a line
    constraints    the versions that the template was tested with
    """

    folder: Path
    python_minimum: str
    display_path: str
    show_progress: Progress
    print_line: Print
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
        if (self.folder / ".git").is_dir() and not (self.folder / "uv.lock").is_file():
            typed += ["git add uv.lock", "git commit -m 'Lock the dependencies'"]
        commands = " && ".join([f"cd {shlex.quote(self.display_path)}", *typed])
        message = (
            f"{reason}\nThe files are written, but setup is incomplete. Continue "
            f"with:\n  {commands}"
        )
        raise SetupError(message)

    def _prepare_repository(self) -> bool:
        """Create a repository if there is none; return whether to make a commit."""
        if not process.find_program("git"):
            self.print_line(
                "git is missing, so there is no first commit. Updates need git."
            )
            return False
        try:
            top = git.find_top_folder(self.folder)
        except UserError as error:
            self.print_line(str(error))
            self.print_line("Then commit the files yourself: updates need a commit.")
            return False
        if top:
            return self._prepare_existing_repository(top)
        # CI runs on this branch, whatever `init.defaultBranch` says.
        created = git.run("init", "--quiet", "-b", CI_BRANCHES[0], cwd=self.folder)
        if not created.ok:
            self.print_line(
                f"git could not create a repository: {created.error_summary}"
            )
            self.print_line("Updates need one: git init && git add --all && git commit")
        return created.ok

    def _prepare_existing_repository(self, top: Path) -> bool:
        """Return whether to make the first commit of an existing repository."""
        if top != self.folder.resolve():
            self.print_line(
                "The project is inside a git repository. Its files are not "
                "committed: commit them yourself."
            )
            return False
        if git.run("rev-parse", "--verify", "HEAD", cwd=self.folder).ok:
            self.print_line(
                "The repository has commits already. The project's files are not "
                "committed: commit them yourself."
            )
            return False
        branch = git.run("branch", "--show-current", cwd=self.folder).stdout.strip()
        if branch not in CI_BRANCHES and (self.folder / CI_WORKFLOW).is_file():
            self.print_line(
                f"The branch is called {branch}, but CI runs on "
                f"{' and '.join(CI_BRANCHES)}. Rename it with `git branch -m main`, "
                f"or change `branches` in {CI_WORKFLOW}."
            )
        return True

    def _commit(self) -> None:
        with self.show_progress("First commit"):
            author = git.author_options(self.folder)
            options = (*author, "-c", "commit.gpgSign=false")
            message = "Start the service"
            commit = ("commit", "--quiet", "--no-verify", "-m", message)
            done = git.run("add", "--all", cwd=self.folder)
            if done.ok:
                done = git.run(*options, *commit, cwd=self.folder)
        if not done.ok:
            self.print_line(
                f"git could not make the first commit: {done.error_summary}"
            )
            self.print_line("Updates need one: git add --all && git commit")
        elif author:
            self.print_line(
                "git does not know your name, so the first commit is by Trivet."
            )

    def _choose_python(self) -> None:
        """Keep the rendered Python version, or store another one that is installed."""
        if not process.find_program("uv"):
            self._fail(uv_problem(self.folder), "uv sync", "uv run poe setup")
        file = self.folder / ".python-version"
        rendered = file.read_text("utf-8").strip() if file.is_file() else "3.13"
        if os.environ.get("UV_PYTHON"):
            return  # the user has chosen
        with self.show_progress("Python"):
            for version in self._candidates(rendered):
                file.write_text(f"{version}\n", "utf-8", newline="\n")
                if self._uv("python", "find", "--no-python-downloads", version).ok:
                    break
            else:
                version = rendered
                file.write_text(f"{rendered}\n", "utf-8", newline="\n")
                if problem := uv_problem(self.folder):
                    self._fail(problem, "uv sync", "uv run poe setup")
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
            self.print_line(
                f"Python {rendered} is not installed; the project uses {version}."
            )

    def _candidates(self, rendered: str) -> Iterator[str]:
        yield rendered
        for version in _OTHER_PYTHONS:
            if version != rendered and _parse_version(version) >= _parse_version(
                self.python_minimum
            ):
                yield version

    def _install(self) -> None:
        locked = None
        with self.show_progress("Dependencies (uv sync)"):
            if self.constraints:
                locked = constraints.lock(self.folder, self.constraints)
            synced = self._uv("sync")
        if not synced.ok:
            reason = f"The dependencies could not be installed: {synced.error_summary}"
            problem = uv_problem(self.folder) or reason
            self._fail(problem, "uv sync", "uv run poe setup")
        if locked and not locked.ok:
            self.print_line(
                "The tested versions could not be installed "
                f"({locked.error_summary}), so the newest ones are."
            )
        with self.show_progress("Database (poe setup)"):
            done = self._uv("run", "--no-sync", "poe", "setup")
        if not done.ok:
            self._fail(f"`poe setup` failed: {done.error_summary}", "uv run poe setup")

    def _uv(self, *arguments: str) -> process.Result:
        return process.run("uv", *arguments, cwd=self.folder)


def _parse_version(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))
