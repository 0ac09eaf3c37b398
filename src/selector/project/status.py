"""How far behind its template a living project is, and what is new there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from selector import process
from selector.errors import Refusal
from selector.project.create import ANSWERS_FILE
from selector.project.metadata import Living
from selector.template import source as template
from selector.template.questionnaire import Questionnaire

_RELEASE = re.compile(r"v\d+\.\d+\.\d+")


@dataclass(frozen=True)
class Standing:
    """Where a project stands, and where it could go.

    source   the template, at the commit that the project could go to
    current  the commit that the project is at
    target   what that other version is called
    asked    whether it is a version that someone named
    """

    living: Living
    source: template.Template
    current: str
    target: str
    asked: bool

    @cached_property
    def newer(self) -> bool:
        """Tell whether the target has anything that the project does not have."""
        same = self.source.commit == self.current
        return not same and not self._contains(self.current, self.source.commit)

    @property
    def behind(self) -> list[str]:
        """Give the releases between the project and the target, oldest first."""
        listed = process.git(
            "tag",
            *("--merged", self.source.commit, "--no-merged", self.current),
            "--sort=version:refname",
            cwd=self.source.repository,
        )
        return [tag for tag in listed.stdout.split() if _RELEASE.fullmatch(tag)]

    @cached_property
    def questionnaire(self) -> Questionnaire:
        """Give the questions of the target."""
        return Questionnaire(self.source.tree)

    @property
    def news(self) -> str:
        """Give the sections of the changelog that are above the project's release."""
        if self.source.tree.read("src/selector/template/changelog.jinja") is None:
            return ""
        since = str(self.living.answers.get("last_release", "0.1.0"))
        text = "{% from 'src/selector/template/changelog.jinja' import news %}{{ news(since) }}"
        rendered: str = (
            self.questionnaire.environment.from_string(text).render(since=since).strip()
        )
        return rendered

    def _contains(self, commit: str, other: str) -> bool:
        return process.git(
            "merge-base",
            "--is-ancestor",
            other,
            commit,
            cwd=self.source.repository,
        ).ok


@contextmanager
def standing(
    living: Living, place: str | None = None, ref: str | None = None
) -> Iterator[Standing]:
    """Look at the template: at `place` if it moved, and at `ref` or its newest release.

    Where that is older than what the project has, the project stays at what it has.
    """
    try:
        with template.opened(place or _place(living), None) as source:
            yield _compare(living, source, ref)
    except template.Unreachable as error:
        message = (
            f"{error} If the template has moved, say where it is now: "
            "`trivet update --template PLACE`."
        )
        raise Refusal(message) from error


def _place(living: Living) -> str:
    if template.is_address(living.source):
        return living.source
    path = Path(living.source).expanduser()
    if not path.is_absolute():
        message = (
            f"{ANSWERS_FILE} says that updates come from {living.source}, which is no "
            "address and no whole path. Say where the template is: "
            "`trivet update --template PLACE`."
        )
        raise Refusal(message)
    if not path.is_dir():
        message = f"The template is not at {path} any more."
        raise template.Unreachable(message)
    return str(path)


def _compare(living: Living, source: template.Template, ref: str | None) -> Standing:
    repository = source.repository
    current = template.commit_in(repository, living.version)
    if current is None:
        message = (
            f"The template at {source.argument} does not have {living.version}, which "
            f"the project came from. {_why_missing(repository)}"
        )
        raise Refusal(message)
    target = ref or template.latest_release(repository)
    commit = template.commit_in(repository, target)
    if commit is None:
        message = f"--ref: there is no version `{target}` in {source.argument}."
        raise Refusal(message)
    moved = template.Template(repository, commit, source.recorded, source.argument)
    found = Standing(living, moved, current, target, asked=ref is not None)
    if found.newer or commit == current:
        return found
    if ref:
        message = (
            f"{ref} is older than {living.version}, which the project has. Updates go "
            "forward only; to go back, undo the commit of the last update in git."
        )
        raise Refusal(message)
    stay = template.Template(repository, current, source.recorded, source.argument)
    return Standing(living, stay, current, living.version, asked=False)


def _why_missing(repository: Path) -> str:
    shallow = process.git("rev-parse", "--is-shallow-repository", cwd=repository)
    if shallow.stdout.strip() == "true":
        return (
            "It is a shallow clone: run `git fetch --unshallow --tags` there, and try "
            "again."
        )
    return (
        f"If the clone is old, run `git fetch --tags` there. If `_commit` in "
        f"{ANSWERS_FILE} was edited, bring it back: `git log -p -- {ANSWERS_FILE}`."
    )
