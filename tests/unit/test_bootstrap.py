"""The first set-up: what is done, and what is said where a step cannot be done."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from selector import git, process
from selector.errors import SetupError
from selector.process import Result
from selector.project.bootstrap import Bootstrap

GOOD = Result(0, "", "")
BAD = Result(1, "", "first line\nerror: it went wrong\n")


class Machine:
    """A machine on which programs do what a test wants of them."""

    def __init__(self) -> None:
        self.programs = {"git", "uv"}
        self.failing: list[Callable[[tuple[str, ...]], bool]] = []
        self.started: list[str] = []
        self.top = ""

    def fail(self, *words: str) -> None:
        self.failing.append(lambda given: all(word in given for word in words))

    def repository(self, top: Path) -> None:
        """Answer that the folder is in this repository."""
        self.failing.clear()
        self.top = f"{top}\n"

    def run(self, *arguments: str, **_: object) -> Result:
        self.started.append(" ".join(arguments))
        if arguments[0] not in self.programs:
            return Result(127, "", f"{arguments[0]} is not installed")
        if any(fails(arguments) for fails in self.failing):
            return BAD
        return Result(0, self.top, "") if "--show-toplevel" in arguments else GOOD

    def did(self, *words: str) -> bool:
        return any(all(word in line for word in words) for line in self.started)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    made.fail("rev-parse", "--show-toplevel")  # there is no repository
    monkeypatch.setattr(process, "run", made.run)
    monkeypatch.setattr(
        process, "find", lambda name: name if name in made.programs else None
    )
    monkeypatch.delenv("UV_PYTHON", raising=False)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".python-version").write_text("3.13\n", "utf-8")
    return tmp_path


def set_up(folder: Path, python_minimum: str = "3.11") -> list[str]:
    said: list[str] = []

    def step(_: str) -> AbstractContextManager[None]:
        return nullcontext()

    Bootstrap(folder, python_minimum, "my project", step, said.append).run()
    return said


def test_everything_is_done_in_order(machine: Machine, folder: Path) -> None:
    assert set_up(folder) == []
    order = [
        next(n for n, line in enumerate(machine.started) if line.startswith(start))
        for start in (
            "git init",
            "uv python find",
            "uv sync",
            "uv run --no-sync poe setup",
            "git add --all",
        )
    ]
    assert order == sorted(order)
    assert machine.did("git", "commit", "--no-verify")
    assert (folder / ".python-version").read_text("utf-8") == "3.13\n"


def test_inside_a_repository_nothing_is_committed(
    machine: Machine, folder: Path
) -> None:
    machine.repository(folder.parent)
    said = set_up(folder)
    assert "inside a git repository" in said[0]
    assert not machine.did("git init")
    assert not machine.did("git", "commit")


def test_without_git_the_rest_is_done(machine: Machine, folder: Path) -> None:
    machine.programs.remove("git")
    said = set_up(folder)
    assert "git is missing" in said[0]
    assert machine.did("uv sync")


def test_a_commit_that_fails_is_said_with_the_command(
    machine: Machine, folder: Path
) -> None:
    machine.fail("commit")
    said = set_up(folder)
    assert any("error: it went wrong" in line for line in said)
    assert any("git add --all && git commit" in line for line in said)


def test_an_unknown_author_does_not_stop_the_first_commit(
    machine: Machine, folder: Path
) -> None:
    machine.fail("var")
    said = set_up(folder)
    assert machine.did("user.name=Trivet", "commit")
    assert any("does not know your name" in line for line in said)


def failure(folder: Path, python_minimum: str = "3.11") -> Iterator[str]:
    with pytest.raises(SetupError) as failed:
        set_up(folder, python_minimum)
    assert failed.value.exit_code == 1
    yield from str(failed.value).splitlines()


def test_without_uv_the_files_are_kept(machine: Machine, folder: Path) -> None:
    machine.programs.remove("uv")
    what, written, command = failure(folder)
    assert "uv is missing" in what
    assert "https://docs.astral.sh/uv/" in what
    assert "The files are written" in written
    assert command.strip() == "cd 'my project' && uv sync && uv run poe setup"
    assert machine.did("git", "commit"), "what there is has its history"


def test_without_the_network_the_files_are_kept(machine: Machine, folder: Path) -> None:
    machine.fail("uv", "sync")
    what, written, command = failure(folder)
    assert what.endswith("could not be installed: error: it went wrong")
    assert "The files are written" in written
    assert command.strip() == "cd 'my project' && uv sync && uv run poe setup"
    assert machine.did("git", "commit")


def test_a_setup_task_that_fails_is_named(machine: Machine, folder: Path) -> None:
    machine.fail("poe", "setup")
    what, _, command = failure(folder)
    assert "`poe setup` failed: error: it went wrong" in what
    assert command.strip() == "cd 'my project' && uv run poe setup"


def test_another_python_that_fits_is_used_and_written_down(
    machine: Machine, folder: Path
) -> None:
    machine.fail("find", "3.13")
    machine.fail("find", "3.14")
    said = set_up(folder)
    assert said == ["Python 3.13 is not installed; the project uses 3.12."]
    assert (folder / ".python-version").read_text("utf-8") == "3.12\n"
    assert machine.did("uv python find --no-python-downloads 3.13")
    assert not machine.did("uv python install")


def test_a_python_that_is_too_old_is_not_used(machine: Machine, folder: Path) -> None:
    for minor in ("3.12", "3.13", "3.14"):
        machine.fail("find", minor)
    machine.fail("install")
    what, _, command = failure(folder, "3.12")
    assert "Python 3.12 or later is needed and was not found." in what
    assert "uv python install 3.13" in what
    assert "https://www.python.org/downloads/" in what
    assert command.strip().endswith(
        "uv python install 3.13 && uv sync && uv run poe setup"
    )
    assert not machine.did("find", "3.11")
    assert (folder / ".python-version").read_text("utf-8") == "3.13\n"


def test_uv_may_fetch_a_python_where_none_fits(machine: Machine, folder: Path) -> None:
    machine.fail("python", "find")
    assert set_up(folder) == []
    assert machine.did("uv python install 3.13")
    assert machine.did("uv sync")


def test_a_python_that_the_user_chose_is_kept(
    machine: Machine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_PYTHON", "3.12")
    set_up(folder)
    assert not machine.did("uv python find")


def test_programs_do_not_inherit_what_would_mislead_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    process.clean_environment()
    assert git.run("init", "--quiet", str(tmp_path / "new")).ok
    assert (tmp_path / "new" / ".git").is_dir()
    assert not (tmp_path / "elsewhere").exists()
