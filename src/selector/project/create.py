"""Create a project: render it beside its destination, then move it there."""

import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selector import git
from selector.errors import UserError
from selector.project import rendering
from selector.project.workspace import find_workspace
from selector.template.questionnaire import Answers
from selector.template.source import Template, find_checkout
from selector.yaml_loader import load_yaml

ANSWERS_FILE = ".copier-answers.yml"


def check_destination(destination: Path) -> Path:
    """Return the absolute destination; raise UserError if it cannot be used."""
    path = Path(os.path.abspath(destination.expanduser()))  # noqa: PTH100 - keeps links
    if path.is_symlink() and not path.exists():
        message = f"{path} is a broken link."
        raise UserError(message)
    if path.exists() and not path.is_dir():
        message = f"{path} is a file. Choose a new or an empty folder."
        raise UserError(message)
    if path.is_dir():
        try:
            empty = _is_empty(path)
        except OSError as error:
            raise _write_error(path, error) from error
        if not empty:
            message = f"{path} is not empty. Choose a new or an empty folder."
            raise UserError(message)
    for parent in path.parents:
        if parent.exists() and not parent.is_dir():
            message = f"{parent} is a file, so the folder {path} cannot be created."
            raise UserError(message)
    root = find_checkout()
    if root and path.resolve().is_relative_to(root.resolve()):
        message = (
            f"{path} is inside Trivet's repository. Choose a folder outside {root}."
        )
        raise UserError(message)
    _check_workspace(path)
    writable = path if path.is_dir() else _find_existing_parent(path)
    if not os.access(writable, os.W_OK | os.X_OK):
        message = f"{writable} is not writable, so {path} cannot be created."
        raise UserError(message)
    return path


def _check_workspace(path: Path) -> None:
    """Raise UserError if uv would lock and install the project somewhere else."""
    if workspace := find_workspace(path.resolve()):
        message = (
            f"{path} would become a member of the uv workspace in {workspace}, which "
            "has one lock file and one environment for all members. Choose another "
            f"folder, or exclude {path.resolve().relative_to(workspace).as_posix()} "
            f"under [tool.uv.workspace] in {workspace / 'pyproject.toml'}."
        )
        raise UserError(message)


def _is_empty(folder: Path) -> bool:
    """Check whether a folder is empty, except for the .git of an empty repository."""
    return all(entry.name == ".git" for entry in folder.iterdir())


@dataclass
class RenderedProject:
    """The files of a new project; `folder` is where they currently are."""

    folder: Path
    destination: Path

    @property
    def files(self) -> list[str]:
        """Return its files as sorted paths."""
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file()
        )

    @property
    def answers(self) -> dict[str, Any]:
        """Return the content of its answers file."""
        file = self.folder / ANSWERS_FILE
        if not file.is_file():
            return {}
        return dict(load_yaml(file.read_text("utf-8"), ANSWERS_FILE))

    @property
    def dependencies(self) -> dict[str, list[str]]:
        """Return its dependencies by group; the group '' is needed in production."""
        file = self.folder / "pyproject.toml"
        if not file.is_file():
            return {}
        data = tomllib.loads(file.read_text("utf-8"))
        groups = {"": data.get("project", {}).get("dependencies", [])}
        for name, entries in data.get("dependency-groups", {}).items():
            groups[name] = [entry for entry in entries if isinstance(entry, str)]
        return groups

    def move_to_destination(self) -> None:
        """Move all files to the destination, or none of them if that fails."""
        target = self.destination
        try:
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                self.folder.rename(target)
            else:
                self._move_into_empty_folder(target)
        except OSError as error:
            raise _write_error(target, error) from error
        self.folder = target

    def _move_into_empty_folder(self, target: Path) -> None:
        """Move the files but keep the folder, which may be the shell's current one."""
        if not _is_empty(target):
            message = f"{target} is no longer empty, so nothing was written."
            raise UserError(message)
        moved = []
        try:
            for entry in sorted(self.folder.iterdir()):
                moved.append(target / entry.name)
                shutil.move(entry, target / entry.name)
        except BaseException:
            for path in moved:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
            raise


@contextmanager
def render_project(
    template: Template, answers: Answers, destination: Path
) -> Iterator[RenderedProject]:
    """Render a project beside its destination, and delete it unless it is moved."""
    parent = _find_existing_parent(destination)
    try:
        staging_dir = tempfile.mkdtemp(prefix=".trivet-", dir=parent)
    except OSError as error:
        raise _write_error(parent, error) from error
    try:
        folder = Path(staging_dir) / (destination.name or "project")
        # With the computed values, Copier need not compute them again. It loads the
        # criteria with the questions, and computes the address of the template.
        data = answers.all | {
            "template_source": template.update_source,
            "subdirectory": find_subdirectory(destination),
        }
        for name in ("criteria", "template_address"):
            data.pop(name, None)
        rendering.copy(str(template.repository), template.commit, folder, data)
        yield RenderedProject(folder, destination)
    finally:
        shutil.rmtree(staging_dir, ignore_errors=True)


def find_subdirectory(destination: Path) -> str:
    """Return a folder's path in the repository around it; empty if it is not in one."""
    folder = destination if destination.is_dir() else _find_existing_parent(destination)
    try:
        top = git.find_top_folder(folder)
    except UserError:  # reported by the setup, or with the next steps
        return ""
    path = destination.resolve()
    return path.relative_to(top).as_posix() if top and path != top else ""


def _find_existing_parent(path: Path) -> Path:
    return next(parent for parent in path.parents if parent.is_dir())


def _write_error(path: Path, error: OSError) -> UserError:
    reason = error.strerror or str(error)
    with suppress(OSError):
        if path.is_dir() and not any(path.iterdir()):
            return UserError(f"Could not write to {path}: {reason}.")
    return UserError(f"Could not write {path}: {reason}.")
