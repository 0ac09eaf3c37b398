"""`trivet new` in repositories, workspaces and on machines that need extra care."""

from collections.abc import Callable
from pathlib import Path

import pytest

from selector import process
from tests.cli.conftest import Trivet
from tests.conftest import git
from tests.update.conftest import (  # noqa: F401 - pytest finds fixtures here
    small_template,
    template,
)

pytestmark = pytest.mark.slow
New = Callable[..., str]


@pytest.fixture
def uv_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replace uv with a program that always succeeds, and return its calls."""
    run = process.run
    calls: list[str] = []

    def fake_run(*arguments: str, **options: object) -> process.Result:
        if arguments[0] != "uv":
            return run(*arguments, **options)  # type: ignore[arg-type]  # unchanged
        calls.append(" ".join(arguments[1:]))
        return process.Result(0, "uv 0.13.9" if "--version" in arguments else "", "")

    monkeypatch.setattr(process, "run", fake_run)
    return calls


@pytest.fixture
def new(
    trivet: Trivet,
    small_template: Path,  # noqa: F811
    uv_calls: list[str],  # noqa: ARG001 - replaces uv
) -> New:
    """Create a project, and return the output on one line."""

    def create(folder: Path, *options: str) -> str:
        source = ("--template", small_template, "--defaults")
        outcome = trivet("new", folder, *source, *options)
        assert outcome.code == 0, outcome.err
        return " ".join(outcome.out.split())

    return create


def test_the_clone_of_an_empty_remote_becomes_the_project(
    new: New, tmp_path: Path
) -> None:
    remote, folder = tmp_path / "remote.git", tmp_path / "orders"
    git("init", "--quiet", "--bare", "-b", "main", str(remote), cwd=tmp_path)
    git("clone", "--quiet", str(remote), str(folder), cwd=tmp_path)
    new(folder)
    assert git("log", "--oneline", cwd=folder).count("\n") == 1
    assert git("branch", "--show-current", cwd=folder) == "main\n"
    git("push", "--quiet", "origin", "HEAD", cwd=folder)
    assert "pyproject.toml" in git("ls-tree", "--name-only", "main", cwd=remote)


def test_a_new_repository_starts_on_main_whatever_git_is_configured_to(
    new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "init.defaultBranch")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "trunk")
    new(tmp_path / "x")
    assert git("branch", "--show-current", cwd=tmp_path / "x") == "main\n"


def test_a_repository_of_another_user_is_reported_with_the_remedy(
    new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trivet: Trivet
) -> None:
    git("init", "--quiet", cwd=tmp_path)
    new(tmp_path / "before")
    run = process.run

    def as_another_user(*arguments: str, **options: object) -> process.Result:
        if arguments[0] == "git" and str(options.get("cwd")).startswith(str(tmp_path)):
            options["environment"] = {
                "LC_ALL": "C",
                "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1",
            }
        return run(*arguments, **options)  # type: ignore[arg-type]  # unchanged

    remedy = "git config --global --add safe.directory"
    with monkeypatch.context() as patched:
        patched.setattr(process, "run", as_another_user)
        output = new(tmp_path / "after")
        assert "detected dubious ownership" in output
        assert remedy in output
        assert remedy in trivet("update", tmp_path / "before").err
        assert remedy in trivet("doctor", tmp_path / "before").out
