"""`trivet update`: the result of `copier update`, on a branch that can be undone."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from selector import process
from selector.errors import UserError
from selector.project import update
from tests.cli.conftest import Trivet
from tests.conftest import ROOT, git
from tests.update.conftest import (
    ANSWERS_FILE,
    commit_change,
    copy,
    find_conflicts,
    read_state,
    read_stored_answers,
    read_updatable_files,
)
from tests.update.releases import LAST, NEXT, commit_all

BRANCH = f"trivet/update-{NEXT}"
EDIT_HEALTH = ("app/health.py", '"""', '"""Mine. ')


def find_branch(project: Path) -> str:
    return git("symbolic-ref", "--short", "HEAD", cwd=project).strip()


@pytest.mark.slow
def test_an_update_is_a_commit_on_a_new_branch(
    trivet: Trivet, project: Path, small_template: Path, tmp_path: Path
) -> None:
    commit_change(project, "app/own.py", new="OWN = 1\n")
    before = git("rev-parse", "main", cwd=project)

    outcome = trivet("update", project, "--no-test")

    assert outcome.code == 0, outcome.err
    assert f"{LAST} to {NEXT}" in outcome.out
    assert "\n- A greeting. You have to do nothing." in outcome.out
    assert "\n  - It is in `greeting.py`." in outcome.out
    assert "\n  - It is short." in outcome.out
    assert "app/greeting.py" in outcome.out
    assert find_branch(project) == BRANCH
    assert git("rev-parse", "main", cwd=project) == before
    assert git("rev-parse", "HEAD~", cwd=project) == before
    assert git("status", "--porcelain", cwd=project) == ""
    assert (project / "app/own.py").read_text("utf-8") == "OWN = 1\n"
    fresh = read_updatable_files(
        copy(small_template, tmp_path / "fresh", read_stored_answers(project), ref=NEXT)
    )
    assert read_updatable_files(project) == {**fresh, "app/own.py": b"OWN = 1\n"}
    assert "Up to date" in trivet("update", project).out


@pytest.mark.slow
@pytest.mark.parametrize("edit", [None, EDIT_HEALTH], ids=["clean", "conflicting"])
def test_one_command_undoes_an_update(
    trivet: Trivet, project: Path, edit: tuple[str, str, str] | None
) -> None:
    if edit:
        commit_change(project, *edit)
    before = read_state(project)
    trivet("update", project, "--no-test")
    assert read_state(project) != before

    outcome = trivet("update", project, "--undo")

    assert outcome.code == 0
    assert "on main again" in outcome.out
    assert read_state(project) == before


@pytest.mark.slow
def test_conflicts_are_reported_and_unmerged_in_git(
    trivet: Trivet, project: Path
) -> None:
    commit_change(project, *EDIT_HEALTH)

    outcome = trivet("update", project)

    assert outcome.code == 1
    assert "Conflicts (1)" in outcome.out
    assert find_conflicts(project) == {"app/health.py"}
    merged = (project / "app/health.py").read_text("utf-8")
    assert '"""Mine. ' in merged
    assert '"""New.' in merged
    assert ">>>>>>> after updating" in merged
    assert "Hello" in (project / "app/greeting.py").read_text("utf-8")
    assert find_branch(project) == BRANCH
    assert "git add --update && git commit" in outcome.out
    assert "poe migration" not in outcome.out
    git("checkout", "--ours", "app/health.py", cwd=project)
    git("add", "--update", cwd=project)
    git("commit", "--quiet", "--message=Update", cwd=project)
    assert "Hello" in git("show", "HEAD:app/greeting.py", cwd=project)
    assert find_conflicts(project) == set()
    assert "Up to date" in trivet("update", project).out


@pytest.mark.slow
def test_commits_of_the_owner_are_not_undone(trivet: Trivet, project: Path) -> None:
    trivet("update", project, "--no-test")
    commit_change(project, "app/own.py", new="OWN = 1\n")
    before = read_state(project)

    outcome = trivet("update", project, "--undo")

    assert outcome.code == 2
    assert "has commits of yours" in outcome.err
    assert read_state(project) == before


def test_without_an_update_there_is_nothing_to_undo(
    trivet: Trivet, project: Path
) -> None:
    outcome = trivet("update", project, "--undo")
    assert outcome.code == 2
    assert "no update to undo" in outcome.err


def test_check_reports_newer_releases_and_changes_nothing(
    trivet: Trivet, project: Path
) -> None:
    before = read_state(project)
    outcome = trivet("update", project, "--check")
    assert outcome.code == 1
    assert f"{NEXT} is available; the project is at {LAST}" in outcome.text
    assert "A greeting" in outcome.out
    outcome = trivet("update", project, "--check", "--ref", LAST)
    assert (outcome.code, outcome.out) == (0, f"Up to date: {LAST}.\n")
    assert read_state(project) == before


@pytest.mark.slow
def test_a_feature_is_added_and_removed(
    trivet: Trivet, project: Path, small_template: Path, tmp_path: Path
) -> None:
    assert trivet("update", project, "--add", "pages", "--no-test").code == 0
    assert set(read_stored_answers(project)["features"]) == {"api", "pages"}
    fresh = copy(
        small_template, tmp_path / "both", read_stored_answers(project), ref=NEXT
    )
    assert read_updatable_files(project) == read_updatable_files(fresh)
    git("checkout", "--quiet", "-B", "main", cwd=project)
    git("branch", "-D", BRANCH, cwd=project)

    outcome = trivet("update", project, "--remove", "pages", "--no-test")

    assert outcome.code == 0, outcome.err
    assert "Deleted with local changes" not in outcome.out
    fresh = copy(
        small_template, tmp_path / "one", read_stored_answers(project), ref=NEXT
    )
    assert read_updatable_files(project) == read_updatable_files(fresh)
    assert not (project / "app/pages").exists()


@pytest.mark.slow
def test_edited_files_are_listed_before_they_are_deleted(
    trivet: Trivet, project: Path
) -> None:
    commit_change(project, "app/api/docs.py", '"""', '"""Mine. ')
    commit_change(project, "app/api/own.py", new="OWN = 1\n")
    before = read_state(project)

    outcome = trivet("update", project, "--remove", "api", "--no-test")

    assert outcome.code == 1
    section = outcome.out.split("Deleted with local changes:")[1].split(
        "After the update"
    )[0]
    assert section.split() == ["app/api/docs.py"]
    assert "--yes" in outcome.err
    assert read_state(project) == before

    assert trivet("update", project, "--remove", "api", "--no-test", "--yes").code == 0
    assert not (project / "app/api/docs.py").exists()
    assert (project / "app/api/own.py").exists()
    git("checkout", "--quiet", "HEAD~", "--", "app/api/docs.py", cwd=project)
    assert "Mine." in (project / "app/api/docs.py").read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--add", "nonsense"], "`nonsense` is not a valid answer"),
        (["--add", "cms"], "`cms` is not possible"),
        (["--remove", "pages"], "`pages` is not in the project"),
        (["--add", "api", "--remove", "api"], "`api` is in --add and in --remove"),
        (["--check", "--add", "cache"], "--check only reports"),
        (
            ["--add", "accounts", "--remove", "mail"],
            "`mail` is required by accounts",
        ),
        (["--data", "database=oracle"], "`oracle` is not a valid answer"),
        (["--data", "databse=mysql"], "Did you mean `database`?"),
        (["--data", "database"], "write KEY=VALUE"),
        (["--data", "features=api"], "change features with --add and --remove"),
        (["--data", "last_release=1"], "cannot be set"),
        (["--ref", "v7.7.7"], "no version `v7.7.7`"),
        (["--template", "/no/such/place"], "the folder /no/such/place does not exist"),
    ],
)
def test_impossible_requests_are_refused(
    trivet: Trivet, project: Path, options: list[str], message: str
) -> None:
    before = read_state(project)
    outcome = trivet("update", project, *options)
    assert outcome.code == 2
    assert message in " ".join(outcome.err.split())
    assert read_state(project) == before


@pytest.mark.slow
def test_an_older_version_is_refused(trivet: Trivet, project: Path) -> None:
    trivet("update", project, "--no-test")
    outcome = trivet("update", project, "--ref", LAST)
    assert outcome.code == 2
    assert "Updates cannot go back" in outcome.err.replace("\n", " ")


@pytest.mark.slow
def test_another_framework_is_explained_and_needs_confirmation(
    trivet: Trivet, project: Path
) -> None:
    before = read_state(project)
    outcome = trivet("update", project, "--data", "framework=flask", "--no-test")
    assert outcome.code == 1
    assert "replaces the service" in outcome.text
    assert "trivet new" in outcome.text
    assert "--yes" in outcome.err
    assert read_state(project) == before

    options = ("--data", "framework=flask", "--yes", "--no-test")
    assert trivet("update", project, *options).code == 0
    assert read_stored_answers(project)["framework"] == "flask"
    assert "flask>=" in (project / "pyproject.toml").read_text("utf-8")


@pytest.mark.slow
def test_a_project_in_a_larger_repository(trivet: Trivet, monorepo: Path) -> None:
    project = monorepo / "services/one"
    (monorepo / "untracked.txt").write_text("not of the project\n", "utf-8")
    commit_change(project, *EDIT_HEALTH)
    git("reset", "--quiet", "HEAD", cwd=monorepo)

    outcome = trivet("update", project, "--no-test")

    assert outcome.code == 1
    assert find_conflicts(monorepo) == {"services/one/app/health.py"}
    assert (project / "app/greeting.py").is_file()
    assert (monorepo / "README.md").read_text("utf-8") == "# Services\n"
    assert trivet("update", project, "--undo").code == 0
    assert git("status", "--porcelain", cwd=monorepo) == ""


def add_as_submodule(project: Path) -> Path:
    outer = project.parent / "outer"
    outer.mkdir()
    git("init", "--quiet", cwd=outer)
    allow = ("-c", "protocol.file.allow=always")
    git(*allow, "submodule", "--quiet", "add", str(project), "service", cwd=outer)
    commit_all(outer, "Add the service")
    return outer / "service"


def add_worktree(project: Path) -> Path:
    folder = project.parent / "worktree"
    git("worktree", "add", "--quiet", "-b", "work", str(folder), cwd=project)
    return folder


def clone_shallowly(project: Path) -> Path:
    folder = project.parent / "shallow"
    clone = ("clone", "--quiet", "--depth=1", project.as_uri(), str(folder))
    git(*clone, cwd=project)
    return folder


def detach_head(project: Path) -> Path:
    git("checkout", "--quiet", "--detach", cwd=project)
    return project


@pytest.mark.slow
@pytest.mark.parametrize(
    "arrange", [add_as_submodule, add_worktree, clone_shallowly, detach_head]
)
def test_any_kind_of_repository_is_updated_and_restored(
    trivet: Trivet, project: Path, arrange: Callable[[Path], Path]
) -> None:
    commit_change(project, *EDIT_HEALTH)
    project = arrange(project)
    before = git("rev-parse", "HEAD", cwd=project)

    outcome = trivet("update", project, "--no-test")

    assert outcome.code == 1, outcome.err
    assert find_branch(project) == BRANCH
    assert find_conflicts(project) == {"app/health.py"}
    assert (project / "app/greeting.py").is_file()
    assert trivet("update", project, "--undo").code == 0
    assert git("rev-parse", "HEAD", cwd=project) == before
    assert git("status", "--porcelain", cwd=project) == ""


@pytest.mark.slow
def test_a_file_that_git_ignores_stays(trivet: Trivet, project: Path) -> None:
    commit_change(project, ".gitignore", ".env\n", ".env\ngreeting.py\n")
    greeting = project / "app/greeting.py"
    greeting.write_text("mine, and in no commit\n", "utf-8")

    assert trivet("update", project, "--no-test").code == 0
    assert greeting.read_text("utf-8") == "mine, and in no commit\n"
    assert trivet("update", project, "--undo").code == 0
    assert greeting.read_text("utf-8") == "mine, and in no commit\n"


@pytest.mark.slow
def test_the_branch_of_an_update_that_is_not_merged_stays(
    trivet: Trivet, project: Path
) -> None:
    git("checkout", "--quiet", "-b", BRANCH, cwd=project)
    commit_change(project, "app/own.py", new="OWN = 1\n")
    git("checkout", "--quiet", "main", cwd=project)
    before = read_state(project)
    outcome = trivet("update", project)
    assert outcome.code == 2
    assert f"git branch -D {BRANCH}" in outcome.err
    assert read_state(project) == before


def edit_file(project: Path) -> None:
    (project / "README.md").write_text("changed\n", "utf-8")


def add_file(project: Path) -> None:
    (project / "app/new.py").write_text("", "utf-8")


def remove_repository(project: Path) -> None:
    (project / ".git").rename(project.parent / "git")


def create_repository_without_commit(project: Path) -> None:
    remove_repository(project)
    git("init", "--quiet", cwd=project)


def create_repository_with_sha256_objects(project: Path) -> None:
    remove_repository(project)
    git("init", "--quiet", "--object-format=sha256", cwd=project)
    commit_all(project, "Start")


def delete_answers(project: Path) -> None:
    (project / ANSWERS_FILE).unlink()


def commit_deleted_answers(project: Path) -> None:
    (project / ANSWERS_FILE).unlink()
    commit_all(project, "Tidy")


def delete_answers_and_repository(project: Path) -> None:
    delete_answers(project)
    remove_repository(project)


def edit_answers(old: str, new: str) -> object:
    def edit(project: Path) -> None:
        commit_change(project, ANSWERS_FILE, old, new)

    return edit


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (edit_file, "not committed (README.md). Commit them, or stash them"),
        (add_file, "not committed (app/new.py). Commit them"),
        (remove_repository, "is not in a git repository"),
        (create_repository_without_commit, "has no commit yet"),
        (
            create_repository_with_sha256_objects,
            "has SHA-256 objects. Copier can only update",
        ),
        (delete_answers, f"Restore it with `git checkout HEAD -- {ANSWERS_FILE}`"),
        (commit_deleted_answers, f"~ -- {ANSWERS_FILE}`"),
        (delete_answers_and_repository, "Either Trivet did not create it"),
        (edit_answers(f"_commit: {LAST}", "_commit: v0.0.9"), "does not have v0.0.9"),
        (
            edit_answers("_commit:", "commit:"),
            "has no `_commit`. It should not be edited",
        ),
        (
            edit_answers("features:", "features: ["),
            "cannot be read. It should not be edited",
        ),
        (
            edit_answers("framework: fastapi\nd", "framework: flask\nd"),
            "depends on fastapi",
        ),
        (
            edit_answers("size: no_preference", "size: huge"),
            "`huge` is not a valid answer",
        ),
    ],
)
def test_problems_are_reported_with_their_fix(
    trivet: Trivet, project: Path, prepare: object, message: str
) -> None:
    assert callable(prepare)
    prepare(project)
    outcome = trivet("update", project)
    assert outcome.code == 2
    assert message in " ".join(outcome.err.split())


def test_a_missing_folder_is_refused(trivet: Trivet, tmp_path: Path) -> None:
    outcome = trivet("update", tmp_path / "nowhere")
    assert outcome.code == 2
    assert "does not exist" in outcome.err


def test_a_missing_git_is_reported_by_update(
    trivet: Trivet, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "find_program", lambda _: None)
    outcome = trivet("update", project)
    assert outcome.code == 2
    assert "git is missing" in outcome.err


@pytest.mark.slow
def test_a_moved_template_is_updated_from_its_new_address(
    trivet: Trivet, project: Path, small_template: Path, tmp_path: Path
) -> None:
    commit_change(
        project, ANSWERS_FILE, str(small_template), str(tmp_path / "old place")
    )
    outcome = trivet("update", project)
    assert outcome.code == 2
    assert "trivet update --template SOURCE" in outcome.err

    outcome = trivet("update", project, "--template", small_template, "--no-test")

    assert outcome.code == 0, outcome.err
    remembered = yaml.safe_load((project / ANSWERS_FILE).read_text("utf-8"))
    assert remembered["_src_path"] == small_template.as_posix()
    assert remembered["_commit"] == NEXT
    assert git("rev-parse", "HEAD~", cwd=project) == git(
        "rev-parse", "main", cwd=project
    )


@pytest.mark.slow
def test_it_updates_from_an_address(
    trivet: Trivet,
    project: Path,
    small_template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COPIER_CACHE_DIR", str(tmp_path / "cache"))
    address = f"git+{small_template.as_uri()}"
    commit_change(
        project, ANSWERS_FILE, f"_src_path: {small_template}", f"_src_path: {address}"
    )
    assert trivet("update", project, "--check").code == 1
    outcome = trivet("update", project, "--no-test")
    assert outcome.code == 0, outcome.err
    assert (project / "app/greeting.py").is_file()


def test_a_shallow_clone_of_the_template_is_reported(
    trivet: Trivet, project: Path, small_template: Path, tmp_path: Path
) -> None:
    shallow = tmp_path / "shallow"
    git("clone", "-q", "--depth=1", small_template.as_uri(), str(shallow), cwd=tmp_path)
    outcome = trivet("update", project, "--template", shallow)
    assert outcome.code == 2
    assert "git fetch --unshallow --tags" in outcome.err


# A process that is started in the background ignores Ctrl-C; this one must not.
TRIVET_WITH_CTRL_C = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from selector.cli.main import main
raise SystemExit(main())
"""


def find_processes(scratch: Path) -> list[str]:
    """Return the processes whose temporary files are in a folder, from /proc."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(scratch).encode() in (entry / "environ").read_bytes():
                found.append(entry.name)
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda n: n.name
)
def test_an_interrupted_update_leaves_the_project_unchanged(
    trivet: Trivet, project: Path, tmp_path: Path, number: signal.Signals
) -> None:
    """Interrupt it while Copier renders the project."""
    before = read_state(project)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    started = subprocess.Popen(
        [sys.executable, "-c", TRIVET_WITH_CTRL_C, "update", project, "--no-test"],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    worktrees = project / ".git" / "worktrees"
    end = time.monotonic() + 60
    while not worktrees.exists() and started.poll() is None and time.monotonic() < end:
        pass
    os.killpg(started.pid, number)
    output, _ = started.communicate(timeout=60)
    assert started.returncode not in (0, 1), output
    assert b"Traceback" not in output
    if number != signal.SIGKILL:
        assert list(scratch.iterdir()) == []
        assert find_processes(scratch) == []
    if number == signal.SIGINT:
        assert started.returncode == 130
        assert b"The project is unchanged." in output
    after = read_state(project)
    if number == signal.SIGKILL:  # git lists the worktree until it is removed
        after["worktrees"] = before["worktrees"]
    assert after == before
    assert trivet("update", project, "--no-test").code == 0


@pytest.mark.slow
def test_what_a_killed_git_left_is_removed(trivet: Trivet, project: Path) -> None:
    """`git worktree add` can be killed between creating a file and writing it."""
    left = project / ".git" / "worktrees" / "project"
    left.mkdir(parents=True)
    (left / "gitdir").write_text("/gone/trivet-update-abc/project/.git\n", "utf-8")
    (left / "commondir").touch()
    assert not process.run("git", "worktree", "list", cwd=project).ok

    assert trivet("update", project, "--no-test").code == 0

    assert not left.exists()


@pytest.mark.slow
def test_interrupting_the_tests_undoes_the_update(
    trivet: Trivet, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_state(project)
    run = process.run

    def interrupted(*arguments: str, **options: object) -> process.Result:
        if arguments[0] == "uv":
            raise KeyboardInterrupt
        return run(*arguments, **options)  # type: ignore[arg-type]  # passed on as given

    monkeypatch.setattr(process, "run", interrupted)
    outcome = trivet("update", project)
    assert outcome.code == 130
    assert "The project is unchanged." in outcome.err
    assert read_state(project) == before


@pytest.mark.slow
def test_an_update_that_installs_a_project_without_a_lock_file_can_be_undone(
    trivet: Trivet, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_state(project)
    run = process.run

    def lock_and_pass(*arguments: str, **options: object) -> process.Result:
        if arguments[0] != "uv":
            return run(*arguments, **options)  # type: ignore[arg-type]  # passed on as given
        (project / "uv.lock").touch()
        return process.Result(0, "1 passed\n", "")

    monkeypatch.setattr(process, "run", lock_and_pass)
    assert trivet("update", project).code == 0
    assert trivet("update", project, "--undo").code == 0
    assert read_state(project) == before


@pytest.mark.slow
def test_an_update_that_git_refuses_leaves_no_branch(
    trivet: Trivet, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_change(project, *EDIT_HEALTH)
    before = read_state(project)

    def refuse(_: update.PreparedUpdate) -> None:
        message = "git failed"
        raise UserError(message)

    monkeypatch.setattr(update.PreparedUpdate, "_mark_conflicts", refuse)
    assert trivet("update", project).code == 2
    assert read_state(project) == before


@pytest.mark.slow
@pytest.mark.parametrize("code", [0, 1], ids=["locked", "offline"])
def test_the_locked_versions_are_part_of_the_update(
    trivet: Trivet, project: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    commit_change(project, "uv.lock", new="old\n")
    run = process.run

    def fake_run(*arguments: str, **options: object) -> process.Result:
        if arguments != ("uv", "lock"):
            return run(*arguments, **options)  # type: ignore[arg-type]  # passed on as given
        folder = options["cwd"]
        assert isinstance(folder, Path)
        assert "jinja2" in (folder / "pyproject.toml").read_text("utf-8")
        if code == 0:
            (folder / "uv.lock").write_text("new\n", "utf-8")
        return process.Result(code, "", "no network")

    monkeypatch.setattr(process, "run", fake_run)
    outcome = trivet("update", project, "--add", "pages", "--no-test")
    assert outcome.code == 0
    locked = git("show", "HEAD:uv.lock", cwd=project)
    assert locked == ("old\n" if code else "new\n")
    assert ("run `uv lock`: no network" in outcome.text) == bool(code)


@pytest.mark.slow
@pytest.mark.parametrize("passes", [True, False], ids=["passing", "failing"])
def test_the_result_of_the_projects_tests_is_reported(
    trivet: Trivet, project: Path, monkeypatch: pytest.MonkeyPatch, *, passes: bool
) -> None:
    run = process.run
    seen = []

    def fake_run(*arguments: str, **options: object) -> process.Result:
        if arguments[0] == "uv" and arguments[1] != "lock":
            seen.append(arguments[1:])
            good = passes or "test" not in arguments
            return process.Result(0 if good else 1, "1 failed in app", "")
        return run(*arguments, **options)  # type: ignore[arg-type]  # passed on as given

    monkeypatch.setattr(process, "run", fake_run)
    outcome = trivet("update", project, "--add", "pages")
    assert seen == [("sync",), ("run", "--no-sync", "poe", "test")]
    assert outcome.code == (0 if passes else 1)
    assert ("failed." in outcome.out) is not passes
    # uv may be named by its path.
    install = r"\S*uv sync && \S*uv run poe migrate\n"
    assert re.search(rf"git merge {BRANCH}\n  {install}", outcome.out)
    assert "update --undo" in outcome.out


@pytest.mark.slow
@pytest.mark.parametrize("edit", [None, EDIT_HEALTH], ids=["clean", "conflicting"])
def test_tests_that_need_a_new_migration_are_not_run(
    trivet: Trivet, project: Path, edit: tuple[str, str, str] | None
) -> None:
    if edit:
        commit_change(project, *edit)
    outcome = trivet("update", project, "--add", "accounts")
    assert outcome.code == 1
    assert "Tests (poe test)" not in outcome.out
    _, steps = outcome.out.split("Models changed.")
    assert 'poe migration "what changed"' in steps
    assert steps.index("poe migration") < steps.index("poe test")


@pytest.mark.slow
def test_the_branch_of_a_merged_update_is_replaced(
    trivet: Trivet, project: Path
) -> None:
    for options in (["--add", "pages"], ["--remove", "pages"]):
        outcome = trivet("update", project, *options, "--no-test")
        assert outcome.code == 0, outcome.text
        assert find_branch(project) == BRANCH
        git("checkout", "--quiet", "main", cwd=project)
        git("merge", "--quiet", BRANCH, cwd=project)


@pytest.mark.slow
def test_the_tables_and_files_of_a_removed_feature_are_mentioned(
    trivet: Trivet, project: Path
) -> None:
    trivet("update", project, "--add", "pages", "--no-test")
    git("checkout", "--quiet", "-B", "main", cwd=project)
    (project / "cached").mkdir()
    (project / "cached/private.txt").write_text("secret", "utf-8")

    outcome = trivet("update", project, "--remove", "pages", "--no-test")

    assert "No longer ignored by git: cached/." in outcome.out
    before, after = outcome.out.split("python manage.py migrate site_pages zero")
    assert "git checkout main" in before
    assert "git merge" in after
