"""The work tree as a template, and projects rendered from it."""

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

# Where a shell started the tests in the background, they would hand on to what they
# start that it has to ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Render(Protocol):
    """Render a project from answers and return its directory."""

    def __call__(self, answers: Mapping[str, object], *, name: str = "project") -> Path:
        """Render below the test's own temporary directory, in `name`."""


def git(*arguments: str, cwd: Path) -> str:
    """Run git as an author of its own, whatever the machine's configuration says."""
    identity = ["-c", "user.name=Trivet", "-c", "user.email=trivet@example.org"]
    command = ["git", *identity, "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(
        command, cwd=cwd, check=True, capture_output=True, text=True
    ).stdout


def tool(name: str) -> str:
    """Return the path of a program: that of this environment, active or not."""
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
    """Start one worker more than there are cores: many tests wait for a server."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)  # after pytest's own order
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests of one project together.

    `--dist worksteal` gives each worker a contiguous part of the list, so that hardly
    any project is rendered, installed and started by both.
    """
    items.sort(key=project_of)


def project_of(item: pytest.Item) -> str:
    """Return a name for the project that a test runs in, empty if there is none."""
    callspec = getattr(item, "callspec", None)  # only parametrized tests have one
    return str(callspec.params.get("project", "")) if callspec else ""


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep defaults that the user has set for all templates out of the tests."""
    settings = tmp_path_factory.mktemp("settings") / "copier.yml"
    settings.write_text("{}\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPIER_SETTINGS_PATH", str(settings))
        yield


@pytest.fixture(scope="session")
def template_repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commit the work tree, untracked files included, to a repository apart."""
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


@pytest.fixture
def render(template_repo: Path, tmp_path: Path) -> Render:
    """Render projects from the work tree."""

    def rendered(answers: Mapping[str, object], *, name: str = "project") -> Path:
        return render_into(tmp_path / name, template=template_repo, answers=answers)

    return rendered
