"""The first set-up of a new project: Python, packages, database, history."""

import os
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from selector import process
from selector.errors import SetupFailed
from selector.template.source import checkout

# What is tried, in this order, where the rendered minor version is missing.
_OTHER_PYTHONS = ("3.14", "3.12", "3.11")

Progress = Callable[[str], AbstractContextManager[None]]
Say = Callable[[str], None]


def uv_as_typed() -> str:
    """Give uv as the user has to type it: bin/trivet may have brought its own."""
    path, here = process.found("uv"), checkout()
    if path and here and Path(path).is_relative_to(here):
        return shlex.quote(path)
    return "uv"


@dataclass(frozen=True)
class Setup:
    """The first set-up of one project.

    shown  the folder as the user would type it
    step   shows that something goes on, for as long as it does
    say    prints a line that stays
    """

    folder: Path
    python_minimum: str
    shown: str
    step: Progress
    say: Say

    def run(self) -> None:
        """Do every step; where one fails, what is left to do is said as a command."""
        failure: SetupFailed | None = None
        repository = self._start_history()
        try:
            self._choose_python()
            self._install()
        except SetupFailed as error:
            failure = error
        if repository:
            self._commit()
        if failure:
            raise failure

    def _fail(self, what: str, *steps: str) -> NoReturn:
        uv = uv_as_typed()
        typed = [re.sub("^uv ", lambda _: f"{uv} ", step) for step in steps]
        commands_left = " && ".join([f"cd {shlex.quote(self.shown)}", *typed])
        message = f"{what}\nThe project stands. To go on:\n  {commands_left}"
        raise SetupFailed(message)

    def _start_history(self) -> bool:
        """Make a git repository, unless there is one around the project."""
        if not process.found("git"):
            self.say(
                "git is missing, so the project has no history yet; updates need one."
            )
            return False
        if process.git("rev-parse", "--is-inside-work-tree", cwd=self.folder).ok:
            self.say(
                "The project is inside a git repository: its files are yours to commit."
            )
            return False
        branch = (
            () if process.git("config", "init.defaultBranch").ok else ("-b", "main")
        )
        made = process.git("init", "--quiet", *branch, cwd=self.folder)
        if not made.ok:
            self.say(f"git could not start a history: {made.why}")
            self.say("Updates need one: git init && git add --all && git commit")
        return made.ok

    def _commit(self) -> None:
        with self.step("First commit"):
            author = process.git("var", "GIT_AUTHOR_IDENT", cwd=self.folder)
            committer = process.git("var", "GIT_COMMITTER_IDENT", cwd=self.folder)
            known = author.ok and committer.ok
            name = (
                ()
                if known
                else ("-c", "user.name=Trivet", "-c", "user.email=trivet@localhost")
            )
            options = (*name, "-c", "commit.gpgSign=false")
            done = process.git("add", "--all", cwd=self.folder)
            if done.ok:
                message = "Start the service from its template"
                done = process.git(
                    *options,
                    "commit",
                    "--quiet",
                    "--no-verify",
                    "-m",
                    message,
                    cwd=self.folder,
                )
        if not done.ok:
            self.say(f"git could not make the first commit: {done.why}")
            self.say("Updates need one: git add --all && git commit")
        elif not known:
            self.say("git does not know your name, so the first commit is by Trivet.")

    def _choose_python(self) -> None:
        """Keep the rendered Python version, or write down another one that fits."""
        if not process.found("uv"):
            message = "uv is missing: see https://docs.astral.sh/uv/getting-started/installation/"
            self._fail(message, "uv sync", "uv run poe setup")
        file = self.folder / ".python-version"
        rendered = file.read_text("utf-8").strip() if file.is_file() else "3.13"
        if os.environ.get("UV_PYTHON"):
            return  # the user has chosen
        with self.step("Python"):
            for minor in self._candidates(rendered):
                file.write_text(f"{minor}\n", "utf-8", newline="\n")
                if self._uv("python", "find", "--no-python-downloads", minor).ok:
                    break
            else:
                minor = rendered
                file.write_text(f"{rendered}\n", "utf-8", newline="\n")
                if not self._uv("python", "install", rendered).ok:
                    self._fail(
                        f"Python {self.python_minimum} or later is needed and was not "
                        f"found. Get it with `uv python install {rendered}` or from "
                        "https://www.python.org/downloads/.",
                        f"uv python install {rendered}",
                        "uv sync",
                        "uv run poe setup",
                    )
        if minor != rendered:
            self.say(f"Python {rendered} is not installed; the project uses {minor}.")

    def _candidates(self, rendered: str) -> Iterator[str]:
        yield rendered
        for minor in _OTHER_PYTHONS:
            if minor != rendered and _number(minor) >= _number(self.python_minimum):
                yield minor

    def _install(self) -> None:
        with self.step("Dependencies (uv sync)"):
            synced = self._uv("sync")
        if not synced.ok:
            what = f"The dependencies could not be installed: {synced.why}"
            self._fail(what, "uv sync", "uv run poe setup")
        with self.step("Database (poe setup)"):
            done = self._uv("run", "--no-sync", "poe", "setup")
        if not done.ok:
            self._fail(f"`poe setup` failed: {done.why}", "uv run poe setup")

    def _uv(self, *arguments: str) -> process.Result:
        return process.run("uv", *arguments, cwd=self.folder)


def _number(minor: str) -> tuple[int, ...]:
    return tuple(int(part) for part in minor.split("."))
