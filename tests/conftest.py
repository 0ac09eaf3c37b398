"""The work tree as a template, and projects rendered from it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import CodeType
from typing import Protocol

import pytest
from copier import run_copy
from jinja2 import Environment
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

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


class ByProject(LoadScopeScheduling):  # type: ignore[misc]  # xdist is untyped
    """Give all tests of one project to one worker, which renders and installs it once.

    The mark xdist_group would do: but pytest-xdist 3.8 writes the group where pytest
    9.2 no longer looks for it.
    """

    def _split_scope(self, nodeid: str) -> str:
        starter = re.search(r"(django|fastapi|flask)-[\w+]+-(sqlite|\w+sql)", nodeid)
        case = re.match(r"tests/rendering/[^\[]*(\[[^]-]*)", nodeid)
        return starter[0] if starter else case[1] if case else nodeid


@pytest.hookimpl(optionalhook=True)  # it is not there with -p no:xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByProject:
    return ByProject(config, log)


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep defaults that the user has set for all templates out of the tests."""
    settings = tmp_path_factory.mktemp("settings") / "copier.yml"
    settings.write_text("{}\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPIER_SETTINGS_PATH", str(settings))
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Let Jinja compile a text once, not for each project: it is half of rendering."""
    kept: dict[object, CodeType] = {}
    compile_text: Callable[..., CodeType] = Environment.compile

    # Where a text stands is left out: each clone of a template is elsewhere.
    def compiled(
        self: Environment,
        source: str,
        name: str | None = None,
        filename: str | None = None,
        *flags: bool,
    ) -> CodeType:
        settings = [each for each in vars(self).values() if isinstance(each, str | int)]
        key = (type(self), *settings, *self.extensions, source, name, flags)
        if key not in kept:
            kept[key] = compile_text(self, source, name, filename, *flags)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Environment, "compile", compiled)
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
