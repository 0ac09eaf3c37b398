"""Run git."""

import os
from pathlib import Path

from selector import process
from selector.errors import UserError

NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}", "-c", "commit.gpgSign=false")
# The author of a commit where git does not know the user's name.
FALLBACK_AUTHOR = ("-c", "user.name=Trivet", "-c", "user.email=trivet@localhost")


def run(
    *arguments: str,
    cwd: Path | None = None,
    input: str = "",  # noqa: A002 - named as in subprocess.run
) -> process.Result:
    """Run git with messages in English; it never asks for a password."""
    environment = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    return process.run("git", *arguments, cwd=cwd, environment=environment, input=input)


def require_installed() -> None:
    """Raise UserError if git is not installed."""
    if not process.find_program("git"):
        message = (
            "git is missing. The template and its updates are fetched and merged with "
            "git: install it from https://git-scm.com and try again."
        )
        raise UserError(message)


def find_top_folder(folder: Path) -> Path | None:
    """Return the top folder of the repository that a folder is in, or None.

    Raise UserError with git's own explanation if git refuses to read the repository,
    for example because another user owns it.
    """
    top = run("rev-parse", "--show-toplevel", cwd=folder)
    if top.ok:
        return Path(top.stdout.strip()).resolve()
    if "not a git repository" in top.stderr:
        return None
    message = f"git refuses the repository of {folder}:\n{top.stderr.strip()}"
    raise UserError(message)


def author_options(folder: Path) -> tuple[str, ...]:
    """Return options of git that name an author; none if git knows the user's name."""
    known = all(
        run("var", name, cwd=folder).ok
        for name in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT")
    )
    return () if known else FALLBACK_AUTHOR
