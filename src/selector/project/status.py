"""Compare an existing project with its template."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from selector import git
from selector.errors import UserError
from selector.project.create import ANSWERS_FILE
from selector.project.metadata import ExistingProject
from selector.template.questionnaire import Questionnaire
from selector.template.source import (
    Template,
    TemplateUnreachableError,
    find_commit,
    is_address,
    latest_release,
    open_template,
)

_CHANGELOG = "src/selector/template/changelog.jinja"


@dataclass(frozen=True)
class UpdateStatus:
    """The version that a project is at, and the one that it can be updated to.

    template  the template at the target's commit
    current   the commit that the project is at
    target    the version that the project can be updated to
    """

    project: ExistingProject
    template: Template
    current: str
    target: str

    @cached_property
    def is_outdated(self) -> bool:
        """Check whether the target has commits that the project does not have."""
        if self.template.commit == self.current:
            return False
        merged = ("merge-base", "--is-ancestor", self.template.commit, self.current)
        return not git.run(*merged, cwd=self.template.repository).ok

    @property
    def missing_releases(self) -> list[str]:
        """Return the releases between the project and the target, oldest first."""
        range_ = ("--merged", self.template.commit, "--no-merged", self.current)
        sort = "--sort=version:refname"
        listed = git.run("tag", *range_, sort, cwd=self.template.repository)
        return [
            tag for tag in listed.stdout.split() if re.fullmatch(r"v\d+\.\d+\.\d+", tag)
        ]

    @cached_property
    def questionnaire(self) -> Questionnaire:
        """Return the questions of the target."""
        return Questionnaire(self.template.tree)

    @property
    def changelog(self) -> str:
        """Return the sections of the changelog above the project's release."""
        since = str(self.project.answers.get("last_release", ""))
        text = f"{{% from '{_CHANGELOG}' import news %}}{{{{ news(since) }}}}"
        template = self.questionnaire.environment.from_string(text)
        return template.render(since=since).strip()


@contextmanager
def update_status(
    project: ExistingProject, address: str | None = None, ref: str | None = None
) -> Iterator[UpdateStatus]:
    """Compare a project with its template's newest release, or with `ref`.

    address  where the template is now, if it has moved

    If the newest release is older than the project, the target is the project's own
    version.
    """
    try:
        with open_template(address or _stored_source(project), None) as template:
            yield _compare(project, template, ref)
    except TemplateUnreachableError as error:
        if address:
            raise
        message = (
            f"{error} If the template has moved, give its new address: "
            "`trivet update --template SOURCE`."
        )
        raise UserError(message) from error


def _stored_source(project: ExistingProject) -> str:
    if is_address(project.source):
        return project.source
    path = Path(project.source).expanduser()
    if not path.is_absolute():
        message = (
            f"In {ANSWERS_FILE}, the template is at {project.source}, which is "
            "neither an address nor an absolute path. Give the template's address: "
            "`trivet update --template SOURCE`."
        )
        raise UserError(message)
    if not path.is_dir():
        message = f"The template is no longer at {path}."
        raise TemplateUnreachableError(message)
    return str(path)


def _compare(
    project: ExistingProject, template: Template, ref: str | None
) -> UpdateStatus:
    def create_status(commit: str, target: str) -> UpdateStatus:
        at_commit = Template(
            template.repository,
            commit,
            template.update_source,
            template.address,
        )
        return UpdateStatus(project, at_commit, current, target)

    repository = template.repository
    current = find_commit(repository, project.version) or ""
    if not current:
        message = (
            f"The template at {template.address} does not have "
            f"{project.version}, the version that the project is at. "
            f"{_missing_version_hint(repository)}"
        )
        raise UserError(message)
    target = ref or latest_release(repository)
    commit = find_commit(repository, target)
    if commit is None:
        message = f"--ref: there is no version `{target}` in {template.address}."
        raise UserError(message)
    status = create_status(commit, target)
    if status.is_outdated or commit == current:
        return status
    if ref:
        message = (
            f"{ref} is older than {project.version}, the version that the project is "
            "at. Updates cannot go back: revert the commit of the last update in git."
        )
        raise UserError(message)
    return create_status(current, project.version)


def _missing_version_hint(repository: Path) -> str:
    shallow = git.run("rev-parse", "--is-shallow-repository", cwd=repository)
    if shallow.stdout.strip() == "true":
        return (
            "It is a shallow clone: run `git fetch --unshallow --tags` there, and try "
            "again."
        )
    return (
        "If the clone is outdated, run `git fetch --tags` there. If `_commit` in "
        f"{ANSWERS_FILE} was edited, restore it: `git log -p -- {ANSWERS_FILE}`."
    )
