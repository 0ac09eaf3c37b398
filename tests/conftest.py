"""Fixtures and functions that render projects from the work tree."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import pytest
from copier import run_copy

ROOT = Path(__file__).parent.parent

# A shell that starts the tests in the background makes them ignore Ctrl-C, and the
# processes that they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Render(Protocol):
    """Render a project from answers and return its directory."""

    def __call__(self, answers: Mapping[str, object], *, name: str = "project") -> Path:
        """Render into the directory `name` in the temporary directory of the test."""


def git(*arguments: str, cwd: Path) -> str:
    """Run git with a fixed author, independent of the configuration of the machine."""
    identity = ["-c", "user.name=Trivet", "-c", "user.email=trivet@example.org"]
    command = ["git", *identity, "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(
        command, cwd=cwd, check=True, capture_output=True, text=True
    ).stdout


def find_program(name: str) -> str:
    """Return the path of a program, from this environment if it has the program."""
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    found = shutil.which(name, path=places)
    assert found, f"{name} is missing"
    return found


def render_into(
    destination: Path, *, template: Path | str, answers: Mapping[str, object]
) -> Path:
    """Render without trust and without questions, as `copier copy --defaults` does."""
    run_copy(
        str(template),
        destination,
        data=dict(answers),
        vcs_ref="HEAD",
        defaults=True,
        quiet=True,
        unsafe=False,
    )
    return destination


def pytest_xdist_auto_num_workers() -> int:
    """Start one worker more than there are cores, since many tests wait for servers."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)  # after pytest has sorted the tests
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests: those that take minutes, then by project, then those without.

    `--dist worksteal` gives each worker a contiguous part of the list, and what others
    have left when it has finished its own, so that hardly any project is rendered,
    installed and started by two of them.
    """

    def position(item: pytest.Item) -> tuple[bool, bool, str]:
        project = project_name_of(item)
        return not item.get_closest_marker("long"), not project, project

    items.sort(key=position)


def project_name_of(item: pytest.Item) -> str:
    """Return the name of the project that a test runs in, or an empty string."""
    callspec = getattr(item, "callspec", None)  # only parametrized tests have one
    return str(callspec.params.get("project", "")) if callspec else ""


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Ignore the defaults that the user has set for all templates."""
    settings = tmp_path_factory.mktemp("settings") / "copier.yml"
    settings.write_text("{}\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPIER_SETTINGS_PATH", str(settings))
        yield


@pytest.fixture(scope="session")
def shared_directory(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a temporary directory that all workers of pytest-xdist share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def template_repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commit the work tree, with untracked files, to a temporary repository."""
    snapshot = tmp_path_factory.mktemp("template") / "trivet"
    listed = git(
        "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT
    )
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, snapshot / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    git("init", "--quiet", "--initial-branch=main", cwd=snapshot)
    git("add", "--all", "--force", cwd=snapshot)
    git("commit", "--quiet", "--message=The work tree", cwd=snapshot)
    git("repack", "-adq", cwd=snapshot)  # each rendering clones it
    return snapshot


@pytest.fixture(scope="session")
def template_without_code(
    template_repo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Copy the template without packages and tests, for tests that read other files.

    Copier takes seconds to render a whole starter.
    """
    folder = tmp_path_factory.mktemp("without-code") / "trivet"
    shutil.copytree(template_repo, folder)
    for name in ("app", "config", "migrations", "tests"):
        for package in folder.glob(f"template/*/{name}/*/"):
            shutil.rmtree(package)
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message=Leave the code out", cwd=folder)
    return folder


@pytest.fixture
def render(template_repo: Path, tmp_path: Path) -> Render:
    """Render projects from the work tree."""

    def render_project(answers: Mapping[str, object], *, name: str = "project") -> Path:
        return render_into(tmp_path / name, template=template_repo, answers=answers)

    return render_project
