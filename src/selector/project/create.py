"""A project on its way to its place: rendered beside it, moved there whole."""

import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from selector.errors import Refusal
from selector.project.rendering import Renderer, renderer
from selector.template.questionnaire import Answers, Questionnaire
from selector.template.source import UNRENDERED, Template, checkout, is_address

ANSWERS_FILE = ".copier-answers.yml"


def check_destination(destination: Path) -> Path:
    """Give the destination in full, or say why nothing can be made there."""
    path = Path(os.path.abspath(destination.expanduser()))  # noqa: PTH100 - keeps links
    if path.is_symlink() and not path.exists():
        message = f"{path} is a link that leads nowhere."
        raise Refusal(message)
    if path.exists() and not path.is_dir():
        message = (
            f"{path} is a file. Name a folder that does not exist yet, or an empty one."
        )
        raise Refusal(message)
    if path.is_dir():
        try:
            occupied = any(path.iterdir())
        except OSError as error:
            raise _unwritable(path, error) from error
        if occupied:
            message = f"{path} is not empty. Name a new folder, or an empty one."
            raise Refusal(message)
    for parent in path.parents:
        if parent.exists() and not parent.is_dir():
            message = f"{parent} is a file, so there can be no folder {path}."
            raise Refusal(message)
    here = checkout()
    if here and path.resolve().is_relative_to(here.resolve()):
        message = (
            f"{path} lies inside Trivet's own repository. Name a folder outside {here}."
        )
        raise Refusal(message)
    home = path if path.is_dir() else _existing_parent(path)
    if not os.access(home, os.W_OK | os.X_OK):
        message = f"{home} is not writable, so {path} cannot be made."
        raise Refusal(message)
    return path


@dataclass
class Project:
    """A rendered project, wherever it lies at the moment."""

    folder: Path
    destination: Path

    @property
    def files(self) -> list[str]:
        """Give its files as sorted paths."""
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file()
        )

    @property
    def answers(self) -> dict[str, Any]:
        """Give what it remembers of its making."""
        file = self.folder / ANSWERS_FILE
        return dict(yaml.safe_load(file.read_text("utf-8"))) if file.is_file() else {}

    @property
    def dependencies(self) -> dict[str, list[str]]:
        """Give its dependencies by group; those it runs with have the name ''."""
        file = self.folder / "pyproject.toml"
        if not file.is_file():
            return {}
        data = tomllib.loads(file.read_text("utf-8"))
        groups = {"": data.get("project", {}).get("dependencies", [])}
        for name, entries in data.get("dependency-groups", {}).items():
            groups[name] = [entry for entry in entries if isinstance(entry, str)]
        return groups

    def move_into_place(self) -> None:
        """Put it where it belongs: as a whole, or not at all."""
        target = self.destination
        try:
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                self.folder.rename(target)
            else:
                self._move_into_empty_folder(target)
        except OSError as error:
            raise _unwritable(target, error) from error
        self.folder = target

    def _move_into_empty_folder(self, target: Path) -> None:
        """Keep the folder itself: it may be where the user's shell is."""
        if any(target.iterdir()):
            message = f"{target} is not empty any more, so nothing was written."
            raise Refusal(message)
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
def rendered(
    template: Template,
    questionnaire: Questionnaire,
    answers: Answers,
    destination: Path,
) -> Iterator[Project]:
    """Render beside the destination; what is not moved there by the end is removed."""
    parent = _existing_parent(destination)
    try:
        workshop = tempfile.mkdtemp(prefix=".trivet-", dir=parent)
    except OSError as error:
        raise _unwritable(parent, error) from error
    try:
        folder = Path(workshop) / (destination.name or "project")
        with renderer() as process:
            start(process, template, questionnaire, answers, folder)
            process.finish()
        record(template, folder)
        yield Project(folder, destination)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def start(  # noqa: PLR0913 - what is rendered, and where
    process: Renderer,
    template: Template,
    questionnaire: Questionnaire,
    answers: Answers,
    folder: Path,
    *,
    updates_to: Questionnaire | None = None,
) -> None:
    """Begin to render a project.

    updates_to  the questions of the version that a living project is brought to; what
                this one and that one leave out of updates is left out
    """
    computed = {**answers.computed, **_address(template.recorded)}
    answers = Answers(answers.given, computed)
    # Copier has the criteria from where it has the questions.
    data = {key: value for key, value in answers.all.items() if key != "criteria"}
    known, besides = questionnaire.excluded(answers, "copy"), []
    if updates_to:
        for each in (questionnaire, updates_to):
            besides += each.excluded(answers, "update")
    process.start(
        template.repository,
        template.commit,
        data,
        folder,
        left_out=[*UNRENDERED, *questionnaire.left_out(answers, known + besides)],
        excluded=besides,
    )


def _address(recorded: str) -> dict[str, str]:
    """Say where updates come from: Copier sees only the copy that it renders from."""
    everywhere = is_address(recorded) and not re.match(r"(git\+)?file:", recorded)
    return {"template_address": recorded} if everywhere else {}


def record(template: Template, folder: Path) -> None:
    """Let the project remember where its updates come from, and its version."""
    file = folder / ANSWERS_FILE
    if file.is_file():
        text = file.read_text("utf-8")
        known = {"_commit": template.version, "_src_path": template.recorded}
        lines = yaml.safe_dump(known, allow_unicode=True, width=2**31)
        text = re.sub(r"(?m)^_src_path: .*\n", lambda _: lines, text, count=1)
        file.write_text(text, "utf-8", newline="\n")


def _existing_parent(path: Path) -> Path:
    return next(parent for parent in path.parents if parent.is_dir())


def _unwritable(path: Path, error: OSError) -> Refusal:
    reason = error.strerror or str(error)
    with suppress(OSError):
        if path.is_dir() and not any(path.iterdir()):
            return Refusal(f"{path} cannot be written to: {reason}.")
    return Refusal(f"Nothing can be written at {path}: {reason}.")
