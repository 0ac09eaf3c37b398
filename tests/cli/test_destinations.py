"""`trivet new` in repositories and workspaces, and on machines of various kinds."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from selector import process
from tests.cli.conftest import Trivet
from tests.conftest import ROOT, git
from tests.update.conftest import (  # noqa: F401 - pytest finds fixtures here
    read_stored_answers,
    small_template,
    template,
    update,
)
from tests.update.releases import LAST, NEXT

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
    new: New,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trivet: Trivet,
    small_template: Path,  # noqa: F811
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
        files = ("--template", small_template, "--defaults", "--no-setup")
        only_files = trivet("new", tmp_path / "files", *files).out
        assert remedy in only_files
        assert "git init" not in only_files
        assert remedy in trivet("update", tmp_path / "before").err
        assert remedy in trivet("doctor", tmp_path / "before").out


def write_workspace(root: Path, **patterns: list[str]) -> None:
    lines = [f"{key} = {value}" for key, value in patterns.items()]
    text = "\n".join(["[tool.uv.workspace]", *lines])
    (root / "pyproject.toml").write_text(text, "utf-8")


def test_a_member_of_a_uv_workspace_is_refused_until_it_is_excluded(
    new: New,
    trivet: Trivet,
    small_template: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    folder = tmp_path / "services/orders"
    write_workspace(tmp_path, members=["services/*"])
    outcome = trivet("new", folder, "--template", small_template, "--defaults")
    assert outcome.code == 2
    assert f"the uv workspace in {tmp_path}" in outcome.err
    assert "exclude services/orders under [tool.uv.workspace]" in outcome.err
    assert not folder.exists()
    write_workspace(tmp_path, members=["services/*"], exclude=["services/orders"])
    new(folder)
    assert "Workspace:" not in trivet("doctor", folder).out
    write_workspace(tmp_path, members=["services/*"])
    output = " ".join(trivet("doctor", folder).out.split())
    assert "!! Workspace: The lock file and environment are in" in output
    assert "Add services/orders to `exclude`" in output


def test_a_uv_that_only_trivet_finds_is_reported_with_how_to_install_it(
    new: New, trivet: Trivet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = ROOT / ".cache/uv/uv"
    find = process.find_program
    monkeypatch.setattr(
        process,
        "find_program",
        lambda name: str(private) if name == "uv" else find(name),
    )
    output = new(tmp_path / "x")
    assert f"{private} run poe dev" in output
    note = output.partition("poe dev")[2]
    assert f"uv is not on your PATH, only in {private.parent}" in note
    assert "pip install uv" in note
    output = " ".join(trivet("doctor", tmp_path / "x").out.split())
    assert "uv: 0.13.9 is not on your PATH." in output
    assert "pip install uv" in output


def test_a_uv_that_the_user_can_type_needs_no_advice(
    new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = tmp_path / "bin/uv"
    uv.parent.mkdir()
    uv.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(uv.parent), prepend=os.pathsep)
    assert "on your PATH" not in new(tmp_path / "x")


@pytest.mark.parametrize("command", ["copier", "trivet"])
def test_a_slug_from_the_folder_survives_updates(
    new: New, trivet: Trivet, tmp_path: Path, command: str
) -> None:
    folder = tmp_path / "orders"
    new(folder, "--ref", LAST, "--data", "project_name=製品")
    moved = folder.rename(tmp_path / "elsewhere")
    if command == "copier":
        update(moved, NEXT)
    else:
        assert trivet("update", moved, "--no-test").code == 0
    pyproject = (moved / "pyproject.toml").read_text("utf-8")
    assert 'name = "orders-service"' in pyproject
    assert read_stored_answers(moved)["folder_name"] == "orders"
    assert f"_commit: {NEXT}" in (moved / ".copier-answers.yml").read_text("utf-8")


def test_in_a_larger_repository_the_configuration_works_from_its_top(
    trivet: Trivet, template_repo: Path, tmp_path: Path
) -> None:
    git("init", "--quiet", cwd=tmp_path)
    folder = tmp_path / "services/my orders"
    options = ("--template", template_repo, "--defaults", "--no-setup")
    output = trivet("new", folder, *options).out
    path = "services/my orders"
    for command in (
        f"cp -n '{path}/.github/workflows/ci.yml' '.github/workflows/my orders-ci.yml'",
        f"cp -n '{path}/renovate.json' renovate.json",
        f"(cd '{path}' && uv run pre-commit install)",
    ):
        assert f"  {command}\n" in output
    assert "git init" not in output
    assert read_stored_answers(folder)["subdirectory"] == path

    hooks = yaml.safe_load((folder / ".pre-commit-config.yaml").read_text("utf-8"))
    assert re.match(hooks["files"], f"{path}/app/main.py")
    assert not re.match(hooks["files"], "services/other/app/main.py")
    lock, *ruff = hooks["repos"][0]["hooks"]
    assert shlex.split(lock["entry"]) == ["uv", "lock", "--project", path]
    assert re.match(lock["files"], f"{path}/uv.lock")
    for hook in ruff:
        assert shlex.split(hook["entry"])[:4] == ["uv", "run", "--project", path]
    ci = yaml.safe_load((folder / ".github/workflows/ci.yml").read_text("utf-8"))
    assert ci["jobs"]["check"]["defaults"]["run"]["working-directory"] == path


@pytest.mark.skipif(not shutil.which("uv"), reason="the hooks are run by uv")
def test_in_a_larger_repository_the_git_hooks_check_the_project(
    trivet: Trivet,
    template_repo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    git("init", "--quiet", cwd=tmp_path)
    folder = tmp_path / "services/my orders"
    options = ("--template", template_repo, "--defaults", "--no-setup")
    output = trivet("new", folder, *options).out
    reduce_to_tools_of_hooks(folder)
    (install,) = re.findall(r"^  (\(.* pre-commit install\))$", output, re.MULTILINE)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_PYTHON", sys.executable)
    subprocess.run(["sh", "-c", install], cwd=tmp_path, check=True)

    pyproject = folder / "pyproject.toml"
    pyproject.write_text(pyproject.read_text("utf-8").replace('"0"', '"1"'), "utf-8")
    ours, others = folder / "main.py", tmp_path / "main.py"
    for file in (ours, others):
        file.write_text("x=1\n", "utf-8")
    staged = (ours, others, pyproject, folder / "uv.lock")
    git("add", *map(str, staged), cwd=tmp_path)
    with pytest.raises(subprocess.CalledProcessError):
        git("commit", "--message=Start", cwd=tmp_path)
    assert ours.read_text("utf-8") == "x = 1\n"
    assert others.read_text("utf-8") == "x=1\n"
    assert 'version = "1"' in (folder / "uv.lock").read_text("utf-8")

    git("add", *map(str, staged), cwd=tmp_path)
    git("commit", "--message=Start", cwd=tmp_path)


def reduce_to_tools_of_hooks(project: Path) -> None:
    """Let a project depend only on what its hooks run, with any version of Python."""
    (project / ".python-version").unlink()
    pyproject = project / "pyproject.toml"
    settings = tomllib.loads(pyproject.read_text("utf-8"))
    tools = [
        entry
        for entry in settings["dependency-groups"]["dev"]
        if entry.startswith(("pre-commit", "ruff"))
    ]
    pyproject.write_text(
        '[project]\nname = "orders"\nversion = "0"\nrequires-python = ">=3.11"\n'
        f"[dependency-groups]\ndev = {tools}\n[tool.uv]\npackage = false\n",
        "utf-8",
    )


def test_in_a_larger_repository_gitlab_includes_the_file_of_the_project(
    trivet: Trivet, template_repo: Path, tmp_path: Path
) -> None:
    git("init", "--quiet", cwd=tmp_path)
    options = ("--template", template_repo, "--defaults", "--no-setup")
    folder = tmp_path / "orders"
    output = trivet("new", folder, *options, "--data", "ci_provider=gitlab").out
    assert "include:\n    - local: orders/.gitlab-ci.yml" in output
    job = yaml.safe_load((folder / ".gitlab-ci.yml").read_text("utf-8"))["check"]
    assert job["script"][0] == "cd orders"
    assert job["cache"]["key"]["files"] == ["orders/uv.lock"]


def test_a_separate_repository_needs_no_instructions(new: New, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    git("init", "--quiet", cwd=tmp_path / "x")
    assert "larger repository" not in new(tmp_path / "x")
    assert read_stored_answers(tmp_path / "x")["subdirectory"] == ""
