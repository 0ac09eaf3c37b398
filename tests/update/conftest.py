"""Living projects: rendered from a release, committed, and brought up to date."""

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
from tests.update.releases import OWNED, commit_all, release, with_releases

ANSWERS_FILE = ".copier-answers.yml"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the template with every release; the work tree is its HEAD."""
    return with_releases(tmp_path_factory.mktemp("releases") / "trivet")


@pytest.fixture(scope="session")
def next_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the template with a release above the work tree, in which much is new."""
    place = Path(shutil.copytree(template, tmp_path_factory.mktemp("next") / "trivet"))
    changelog = place / "CHANGELOG.md"
    head, mark, releases = changelog.read_text("utf-8").partition("\n## ")
    section = (
        "\n## 999.0.0 - 2030-01-01\n\n- A greeting. You have to do nothing.\n"
        "  - It is in\n    `greeting.py`.\n  - It is short.\n"
    )
    changelog.write_text(head + section + mark + releases, "utf-8")
    for framework in ("django", "fastapi", "flask"):
        package = place / "template" / framework
        (package / "app/greeting.py").write_text(
            '"""What the service says."""\n\nGREETING = "Hello"\n', "utf-8"
        )
        replace(package / "app/health.py", '"""', '"""News from the template. ')
    replace(place / "includes/README.md.jinja", "## Tasks", "## All tasks")
    release(place)
    return place


def replace(file: Path, old: str, new: str) -> None:
    """Change the first of something in a file that has it."""
    text = file.read_text("utf-8")
    assert old in text, f"{file} has no {old}"
    file.write_text(text.replace(old, new, 1), "utf-8", newline="\n")


def copy(
    template: Path, place: Path, answers: Mapping[str, Any], *, ref: str = "HEAD"
) -> Path:
    """Render a version of the template, as `copier copy --defaults` does."""
    run_copy(
        str(template),
        place,
        data=dict(answers),
        vcs_ref=ref,
        defaults=True,
        quiet=True,
        unsafe=False,
    )
    return place


def committed(project: Path) -> Path:
    """Give a project its history."""
    git("init", "--quiet", "--initial-branch=main", cwd=project)
    commit_all(project, "Start")
    return project


def update(
    project: Path, ref: str | None = "HEAD", answers: Mapping[str, Any] | None = None
) -> None:
    """Bring a project up to date, as `copier update --defaults` does."""
    run_update(
        project,
        vcs_ref=ref,
        data=dict(answers or {}),
        defaults=True,
        overwrite=True,
        quiet=True,
        unsafe=False,
    )


def stored_answers(project: Path) -> dict[str, Any]:
    """Give what a project remembers, but for where it came from."""
    stored = yaml.safe_load((project / ANSWERS_FILE).read_text("utf-8"))
    return {key: value for key, value in stored.items() if not key.startswith("_")}


def contents(project: Path) -> dict[str, bytes]:
    """Give every file that is not the owner's own by definition."""
    return {
        name: path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file()
        and not (name := path.relative_to(project).as_posix()).startswith(".git/")
        and not OWNED.fullmatch(name)
    }


def conflicts(project: Path) -> set[str]:
    """Give the files that git shows as conflicting."""
    listed = git("ls-files", "--unmerged", "-z", cwd=project).split("\0")
    return {line.split("\t")[1] for line in listed if line}


@pytest.fixture(scope="session")
def base(next_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a committed project of the first release, to be copied."""
    place = tmp_path_factory.mktemp("base") / "service"
    answers = {"known_framework": "fastapi", "features": ["api"]}
    return committed(copy(next_template, place, answers, ref="v0.1.0"))


@pytest.fixture
def project(base: Path, tmp_path: Path) -> Path:
    """Give a project of the first release, while a newer one is there."""
    return Path(shutil.copytree(base, tmp_path / "service"))


@pytest.fixture
def larger(base: Path, tmp_path: Path) -> Path:
    """Give a larger repository, which has a project in services/one."""
    top = tmp_path / "larger repository"
    ignore = shutil.ignore_patterns(".git")
    shutil.copytree(base, top / "services/one", ignore=ignore)
    (top / "README.md").write_text("# Much\n", "utf-8")
    return committed(top)


def own(project: Path, name: str, old: str = "", new: str = "") -> None:
    """Commit what an owner does: a file of their own, or a change in one."""
    path = project / name
    if old:
        replace(path, old, new)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new, "utf-8", newline="\n")
    commit_all(project, f"Own {name}")


def state(project: Path) -> dict[str, object]:
    """Give all that an update could change: files, branches, index, settings."""
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
