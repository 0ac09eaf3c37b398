"""The first setup: its steps, and the messages for a step that fails."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from selector import git, process
from selector.errors import SetupError
from selector.process import Result
from selector.project.bootstrap import CI_BRANCHES, Bootstrap
from tests.conftest import ROOT

GOOD = Result(0, "", "")
BAD = Result(1, "", "first line\nerror: it went wrong\n")
NO_REPOSITORY = "fatal: not a git repository (or any of the parent directories): .git\n"
DUBIOUS = """fatal: detected dubious ownership in repository at '/srv/x'
To add an exception for this directory, call:

	git config --global --add safe.directory /srv/x
"""


class FakeMachine:
    """Answers for git and uv, and records how they are called."""

    def __init__(self) -> None:
        self.programs = {"git", "uv"}
        self.started: list[str] = []
        self._results: list[tuple[tuple[str, ...], Result]] = []
        self.answer(Result(128, "", NO_REPOSITORY), "rev-parse", "--show-toplevel")

    def answer(self, result: Result, *words: str) -> None:
        """Answer a call that has these arguments; the last answer counts."""
        self._results.insert(0, (words, result))

    def fail(self, *words: str) -> None:
        self.answer(BAD, *words)

    def add_repository(self, top: Path) -> None:
        """Answer that the folder is in this repository."""
        self.answer(Result(0, f"{top}\n", ""), "rev-parse", "--show-toplevel")

    def run(self, *arguments: str, **_: object) -> Result:
        self.started.append(" ".join(arguments))
        if arguments[0] not in self.programs:
            return Result(127, "", f"{arguments[0]} is not installed")
        for words, result in self._results:
            if set(words) <= set(arguments):
                return result
        return GOOD

    def has_run(self, *words: str) -> bool:
        return any(all(word in line for word in words) for line in self.started)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    fake = FakeMachine()
    monkeypatch.setattr(process, "run", fake.run)
    monkeypatch.setattr(
        process, "find_program", lambda name: name if name in fake.programs else None
    )
    monkeypatch.delenv("UV_PYTHON", raising=False)
    return fake


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".python-version").write_text("3.13\n", "utf-8")
    return tmp_path


def set_up(
    folder: Path, python_minimum: str = "3.11", constraints: Sequence[str] = ()
) -> list[str]:
    messages: list[str] = []

    def step(_: str) -> AbstractContextManager[None]:
        return nullcontext()

    show = messages.append
    Bootstrap(folder, python_minimum, "my project", step, show, constraints).run()
    return messages


def test_the_steps_run_in_order(machine: FakeMachine, folder: Path) -> None:
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
    assert machine.has_run("git", "commit", "--no-verify")
    assert (folder / ".python-version").read_text("utf-8") == "3.13\n"


def test_nothing_is_committed_inside_a_repository(
    machine: FakeMachine, folder: Path
) -> None:
    machine.add_repository(folder.parent)
    messages = set_up(folder)
    assert "inside a git repository" in messages[0]
    assert not machine.has_run("git init")
    assert not machine.has_run("git", "commit")


def test_the_branch_of_a_new_repository_is_the_one_that_ci_runs_on(
    machine: FakeMachine, folder: Path
) -> None:
    machine.answer(Result(0, "trunk\n", ""), "config", "init.defaultBranch")
    set_up(folder)
    assert machine.has_run("git init --quiet -b main")
    workflow = ROOT / "includes/.github/workflows/ci.yml.jinja"
    assert f"branches: [{', '.join(CI_BRANCHES)}]" in workflow.read_text("utf-8")


@pytest.mark.parametrize(("branch", "is_reported"), [("master", False), ("x", True)])
def test_an_empty_repository_with_a_branch_that_ci_ignores_is_reported(
    machine: FakeMachine, folder: Path, branch: str, *, is_reported: bool
) -> None:
    machine.add_repository(folder)
    machine.fail("rev-parse", "--verify")  # there is no commit
    machine.answer(Result(0, f"{branch}\n", ""), "branch", "--show-current")
    workflow = folder / ".github/workflows/ci.yml"
    workflow.parent.mkdir(parents=True)
    workflow.touch()
    messages = set_up(folder)
    assert bool(messages) == is_reported
    if messages:
        assert "git branch -m main" in messages[0]
    assert machine.has_run("git", "commit")


def test_a_repository_with_commits_is_not_committed_to(
    machine: FakeMachine, folder: Path
) -> None:
    machine.add_repository(folder)
    messages = set_up(folder)
    assert "has commits already" in messages[0]
    assert not machine.has_run("git", "commit")


def test_a_repository_that_git_refuses_is_reported_in_its_words(
    machine: FakeMachine, folder: Path
) -> None:
    machine.answer(Result(128, "", DUBIOUS), "rev-parse", "--show-toplevel")
    messages = set_up(folder)
    assert "detected dubious ownership" in messages[0]
    assert "git config --global --add safe.directory /srv/x" in messages[0]
    assert not machine.has_run("git init")
    assert not machine.has_run("git", "commit")
    assert machine.has_run("uv sync")


def test_without_git_the_other_steps_run(machine: FakeMachine, folder: Path) -> None:
    machine.programs.remove("git")
    messages = set_up(folder)
    assert "git is missing" in messages[0]
    assert machine.has_run("uv sync")


def test_a_commit_that_fails_is_reported_with_the_command(
    machine: FakeMachine, folder: Path
) -> None:
    machine.fail("commit")
    messages = set_up(folder)
    assert any("error: it went wrong" in line for line in messages)
    assert any("git add --all && git commit" in line for line in messages)


def test_an_unknown_author_does_not_stop_the_first_commit(
    machine: FakeMachine, folder: Path
) -> None:
    machine.fail("var")
    messages = set_up(folder)
    assert machine.has_run("user.name=Trivet", "commit")
    assert any("does not know your name" in line for line in messages)


def failure(folder: Path, python_minimum: str = "3.11") -> Iterator[str]:
    with pytest.raises(SetupError) as failed:
        set_up(folder, python_minimum)
    assert failed.value.exit_code == 1
    yield from str(failed.value).splitlines()


def test_without_uv_the_files_are_kept(machine: FakeMachine, folder: Path) -> None:
    machine.programs.remove("uv")
    what, written, command = failure(folder)
    assert "uv is missing" in what
    assert "https://docs.astral.sh/uv/" in what
    assert "The files are written" in written
    assert command.strip() == "cd 'my project' && uv sync && uv run poe setup"
    assert machine.has_run("git", "commit"), "the files are committed"


def test_without_the_network_the_files_are_kept(
    machine: FakeMachine, folder: Path
) -> None:
    machine.fail("uv", "sync")
    what, written, command = failure(folder)
    assert what.endswith("could not be installed: error: it went wrong")
    assert "The files are written" in written
    assert command.strip() == "cd 'my project' && uv sync && uv run poe setup"
    assert machine.has_run("git", "commit")


def test_a_failed_setup_task_is_reported(machine: FakeMachine, folder: Path) -> None:
    machine.fail("poe", "setup")
    what, _, command = failure(folder)
    assert "`poe setup` failed: error: it went wrong" in what
    assert command.strip() == "cd 'my project' && uv run poe setup"


def test_another_python_that_fits_is_used_and_stored(
    machine: FakeMachine, folder: Path
) -> None:
    machine.fail("find", "3.13")
    machine.fail("find", "3.14")
    messages = set_up(folder)
    assert messages == ["Python 3.13 is not installed; the project uses 3.12."]
    assert (folder / ".python-version").read_text("utf-8") == "3.12\n"
    assert machine.has_run("uv python find --no-python-downloads 3.13")
    assert not machine.has_run("uv python install")


def test_a_python_that_is_too_old_is_not_used(
    machine: FakeMachine, folder: Path
) -> None:
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
    assert not machine.has_run("find", "3.11")
    assert (folder / ".python-version").read_text("utf-8") == "3.13\n"


def test_uv_installs_python_if_none_fits(machine: FakeMachine, folder: Path) -> None:
    machine.fail("python", "find")
    assert set_up(folder) == []
    assert machine.has_run("uv python install 3.13")
    assert machine.has_run("uv sync")


def test_a_uv_that_does_not_start_in_the_folder_is_reported(
    machine: FakeMachine, folder: Path
) -> None:
    machine.fail("uv")
    what, _, command = failure(folder)
    assert what.startswith(f"uv does not start in {folder}: first line. Install it")
    assert command.strip().endswith("uv sync && uv run poe setup")


def test_uv_python_is_respected(
    machine: FakeMachine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_PYTHON", "3.12")
    set_up(folder)
    assert not machine.has_run("uv python find")


def test_programs_do_not_inherit_variables_that_name_another_repository(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    process.clean_environment()
    assert git.run("init", "--quiet", str(tmp_path / "new")).ok
    assert (tmp_path / "new" / ".git").is_dir()
    assert not (tmp_path / "elsewhere").exists()
