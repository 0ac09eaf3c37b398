"""Fixtures for existing projects: rendered from a release, committed, and updated."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from copier import run_copy, run_update

from tests.cli.conftest import (  # noqa: F401 - pytest finds fixtures here
    plain_terminal,
    trivet,
)
from tests.conftest import git
from tests.update.releases import (
    LAST,
    OWNER_FILES,
    commit_all,
    create_next_release,
    create_template,
    replace,
)
from tests.update.small import create_small_template

ANSWERS_FILE = ".copier-answers.yml"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create the template with all releases, and the work tree as HEAD."""
    return create_template(tmp_path_factory.mktemp("releases") / "trivet")


@pytest.fixture(scope="session")
def next_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create the template with a release after the work tree."""
    folder = tmp_path_factory.mktemp("next") / "trivet"
    shutil.copytree(template, folder)
    create_next_release(folder)
    return folder


def copy(
    template: Path, folder: Path, answers: Mapping[str, Any], *, ref: str = "HEAD"
) -> Path:
    """Render a version of the template, as `copier copy --defaults` does."""
    run_copy(
        str(template),
        folder,
        data=dict(answers),
        vcs_ref=ref,
        defaults=True,
        quiet=True,
        unsafe=False,
    )
    return folder


def init_repository(project: Path) -> Path:
    """Commit a project to a new repository."""
    git("init", "--quiet", "--initial-branch=main", cwd=project)
    commit_all(project, "Start")
    return project


def update(
    project: Path, ref: str | None = "HEAD", answers: Mapping[str, Any] | None = None
) -> None:
    """Update a project as `copier update --defaults` does."""
    run_update(
        project,
        vcs_ref=ref,
        data=dict(answers or {}),
        defaults=True,
        overwrite=True,
        quiet=True,
        unsafe=False,
    )


def read_stored_answers(project: Path) -> dict[str, Any]:
    """Return the stored answers of a project, without Copier's entries."""
    stored = yaml.safe_load((project / ANSWERS_FILE).read_text("utf-8"))
    return {key: value for key, value in stored.items() if not key.startswith("_")}


def read_updatable_files(project: Path) -> dict[str, bytes]:
    """Return the files that updates may change."""
    return {
        name: path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file()
        and not (name := path.relative_to(project).as_posix()).startswith(".git/")
        and not OWNER_FILES.fullmatch(name)
    }


def find_conflicts(project: Path) -> set[str]:
    """Return the files with conflicts."""
    listed = git("ls-files", "--unmerged", "-z", cwd=project).split("\0")
    return {line.split("\t")[1] for line in listed if line}


@pytest.fixture(scope="session")
def small_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a template with two releases that is quick to render."""
    return create_small_template(template, tmp_path_factory.mktemp("small") / "trivet")


@pytest.fixture(scope="session")
def base(small_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a small project of the last release, which tests copy."""
    folder = tmp_path_factory.mktemp("base") / "service"
    answers = {"known_framework": "fastapi", "features": ["api"]}
    return init_repository(copy(small_template, folder, answers, ref=LAST))


@pytest.fixture
def project(base: Path, tmp_path: Path) -> Path:
    """Create a small project of the last release; the template has a newer one."""
    return Path(shutil.copytree(base, tmp_path / "service"))


@pytest.fixture
def monorepo(base: Path, tmp_path: Path) -> Path:
    """Create a repository that has a project in services/one."""
    top = tmp_path / "larger repository"
    ignore = shutil.ignore_patterns(".git")
    shutil.copytree(base, top / "services/one", ignore=ignore)
    (top / "README.md").write_text("# Services\n", "utf-8")
    return init_repository(top)


def commit_change(project: Path, name: str, old: str = "", new: str = "") -> None:
    """Commit an edit of the owner: a replacement of `old`, or else a new file."""
    path = project / name
    if old:
        replace(path, old, new)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new, "utf-8", newline="\n")
    commit_all(project, f"Own {name}")


def read_state(project: Path) -> dict[str, object]:
    """Return everything that an update could change in a repository."""
    return {
        "files": {
            path.relative_to(project).as_posix(): path.read_bytes()
            for path in sorted(project.rglob("*"))
            if path.is_file() and ".git" not in path.relative_to(project).parts
        },
        "branches": git("branch", "--list", "--verbose", "--no-abbrev", cwd=project),
        "status": git("status", "--porcelain", "--ignored", cwd=project),
        "config": (project / ".git/config").read_text("utf-8"),
        "worktrees": git("worktree", "list", cwd=project),
    }
