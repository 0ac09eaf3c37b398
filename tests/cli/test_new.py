"""`trivet new`: the files it writes, its output, and the input it refuses."""

import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from selector import process
from selector.cli import prompts
from selector.cli.prompts import Prompter
from selector.project import create
from selector.template import source
from selector.template.questionnaire import Prompt, Questionnaire
from selector.template.source import PackageTree
from tests.cli.conftest import Trivet
from tests.conftest import ROOT, git

ONLY_FILES = ("--defaults", "--no-setup")


def list_names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def read_files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_answers(folder: Path) -> dict[str, Any]:
    text = (folder / ".copier-answers.yml").read_text("utf-8")
    return dict(yaml.safe_load(text))


@pytest.fixture
def template_copy(template_repo: Path, tmp_path: Path) -> Path:
    """Copy the template, for tests that change it."""
    return Path(shutil.copytree(template_repo, tmp_path / "own"))


def test_a_project_is_written_and_explained(
    trivet: Trivet, template_repo: Path, tmp_path: Path
) -> None:
    destination = tmp_path / "my project"
    outcome = trivet("new", destination, *ONLY_FILES, "--template", template_repo)
    assert outcome.code == 0, outcome.err
    assert "Recommended: FastAPI" in outcome.out
    assert "For FastAPI" in outcome.out
    assert "pyproject.toml" in outcome.out
    assert "fastapi>=" in outcome.out
    assert "work on this machine only" in outcome.text
    assert f"cd '{destination}'" in outcome.out
    assert "uv run poe dev" in outcome.out
    assert list_names(tmp_path) == ["my project"]
    assert destination.stat().st_mode & 0o777 == 0o777 & ~_umask()
    answers = read_answers(destination)
    assert answers["_src_path"] == template_repo.as_posix()
    assert (
        answers["_commit"]
        == git("describe", "--tags", "--always", cwd=template_repo).strip()
    )
    assert answers["features"] == ["accounts", "api", "mail"]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.slow
def test_the_printed_command_creates_the_same_project(
    trivet: Trivet, template_repo: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    arguments: list[str | Path] = [
        "--data",
        "project_name=It's: #1",
        "--data",
        "features=pages,cache",
    ]
    outcome = trivet("new", first, *ONLY_FILES, "--template", template_repo, *arguments)
    line = next(li for li in outcome.out.splitlines() if li.startswith("  trivet new"))
    words = [second if word == str(first) else word for word in shlex.split(line)]
    assert trivet(*words[1:], "--no-setup").code == 0
    assert read_files(first) == read_files(second)


@pytest.mark.slow
def test_an_empty_folder_is_filled_and_stays_the_same_folder(
    trivet: Trivet, template_repo: Path, tmp_path: Path
) -> None:
    destination = tmp_path / "here"
    destination.mkdir()
    before = destination.stat().st_ino
    outcome = trivet("new", destination, *ONLY_FILES, "--template", template_repo)
    assert outcome.code == 0
    assert destination.stat().st_ino == before
    assert (destination / "app").is_dir()
    assert list_names(tmp_path) == ["here"]


def test_answers_come_from_a_file_and_from_data(
    trivet: Trivet, template_repo: Path, tmp_path: Path
) -> None:
    file = tmp_path / "answers.yml"
    file.write_text(
        "_commit: v1\nuse_case: education\nfeatures: [pages, api]\nextras: []\n",
        "utf-8",
    )
    arguments: list[str | Path] = ["--data-file", file, "--data", "features=api"]
    destination = tmp_path / "x"
    outcome = trivet(
        "new", destination, *ONLY_FILES, "--template", template_repo, *arguments
    )
    assert outcome.code == 0, outcome.err
    answers = read_answers(destination)
    assert (answers["use_case"], answers["features"]) == ("education", ["api"])
    assert answers["framework"] == "flask"


def test_an_unusual_name_arrives_unchanged(
    trivet: Trivet, template_repo: Path, tmp_path: Path
) -> None:
    """tests/rendering/test_names.py tests how names are rendered."""
    name = 'It\'s: #1 & "two"; rm -rf'
    arguments: list[str | Path] = ["--data", f"project_name={name}"]
    outcome = trivet(
        "new", tmp_path / "x", *ONLY_FILES, "--template", template_repo, *arguments
    )
    assert outcome.code == 0, outcome.err
    assert read_answers(tmp_path / "x")["project_name"] == name


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--data", "use_cse=api"], "Did you mean `use_case`?"),
        (["--data", "use_case=apis"], "Did you mean `api`? Choose from: api, "),
        (["--data", "features=graphql"], "features: `graphql` is not a valid answer"),
        (["--data", "use_case"], "write KEY=VALUE, not `use_case`"),
        (["--data", "=api"], "write KEY=VALUE"),
        (["--data", "project_name="], "Give the service a name"),
        (["--data", "project_name=../../etc"], "Leave these characters out"),
        (["--data-file", "missing.yml"], "missing.yml cannot be read: No such file"),
        (["--ref", "v99.0.0"], "there is no version `v99.0.0`"),
        (["--ref", "--upload-pack=x"], "there is no version"),
        (
            ["--template", "/nowhere/at/all"],
            "the folder /nowhere/at/all does not exist",
        ),
        (["--template", "/"], "is not the top folder of a git repository"),
        (["--template", "file:///nowhere/at/all"], "Could not fetch the template from"),
        (["--colour"], "No such option"),
    ],
)
def test_invalid_input_is_explained_and_nothing_is_written(  # noqa: PLR0913, PLR0917
    trivet: Trivet,
    template_repo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    sentence: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    where: list[str | Path] = (
        [] if "--template" in arguments else ["--template", template_repo]
    )
    outcome = trivet("new", "x", *ONLY_FILES, *where, *arguments)
    assert outcome.code == 2
    assert sentence in outcome.err
    assert not list_names(tmp_path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("- api\n", "needs lines such as `use_case: api`"),
        ("use_case: [\n", "is not valid YAML"),
        ("1: api\n", "needs lines such as"),
        ("size: {}\n", "size: Enter one value."),
        ("colour: red\n", "There is no question `colour`"),
        (b"\xff\xfe\x00", "it is not UTF-8 text"),
    ],
)
def test_an_invalid_file_of_answers_is_explained(
    trivet: Trivet, template_repo: Path, tmp_path: Path, content: str, sentence: str
) -> None:
    file = tmp_path / "answers.yml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    arguments: list[str | Path] = ["--template", template_repo, "--data-file", file]
    outcome = trivet("new", tmp_path / "x", *ONLY_FILES, *arguments)
    assert outcome.code == 2
    assert sentence in outcome.err
    assert list_names(tmp_path) == ["answers.yml"]


Prepare = Callable[[Path], None]


def _create_folder_with_file(destination: Path) -> None:
    destination.mkdir()
    (destination / "precious").write_text("mine", "utf-8")


def _create_file(destination: Path) -> None:
    destination.write_text("mine", "utf-8")


def _create_file_as_parent(destination: Path) -> None:
    destination.parent.rmdir()
    destination.parent.write_text("mine", "utf-8")


def _create_broken_link(destination: Path) -> None:
    destination.symlink_to(destination.parent / "nowhere")


def test_a_name_that_the_system_refuses_is_explained(
    trivet: Trivet, template_repo: Path, tmp_path: Path
) -> None:
    name = "x" * 300
    source = ("--template", template_repo)
    outcome = trivet("new", tmp_path / name, "--defaults", *source)
    assert outcome.code == 2
    assert f"{name}: File name too long." in outcome.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (_create_folder_with_file, "is not empty. Choose a new or an empty folder"),
        (_create_file, "is a file. Choose a new or an empty folder"),
        (_create_file_as_parent, "is a file, so the folder"),
        (_create_broken_link, "is a broken link"),
    ],
)
def test_an_occupied_destination_is_refused_and_unchanged(
    trivet: Trivet, template_repo: Path, tmp_path: Path, prepare: Prepare, sentence: str
) -> None:
    destination = tmp_path / "parent" / "x"
    destination.parent.mkdir()
    prepare(destination)
    before = read_files(tmp_path)
    outcome = trivet("new", destination, *ONLY_FILES, "--template", template_repo)
    assert outcome.code == 2
    assert sentence in outcome.err
    assert read_files(tmp_path) == before


def test_a_destination_inside_this_repository_is_refused(trivet: Trivet) -> None:
    outcome = trivet("new", ROOT / "services" / "x", *ONLY_FILES)
    assert outcome.code == 2
    assert "inside Trivet's repository" in outcome.err
    assert not (ROOT / "services").exists()


def test_a_destination_that_cannot_be_written_is_refused(
    trivet: Trivet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    outcome = trivet("new", tmp_path / "x", *ONLY_FILES)
    assert outcome.code == 2
    assert f"{tmp_path} is not writable" in outcome.err


def test_a_full_disk_is_reported(
    trivet: Trivet, template_repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raise_disk_full(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", raise_disk_full)
    outcome = trivet("new", tmp_path / "x", *ONLY_FILES, "--template", template_repo)
    assert outcome.code == 2
    assert "No space left on device" in outcome.err


def test_no_files_are_left_when_rendering_fails(
    trivet: Trivet, template_copy: Path, tmp_path: Path
) -> None:
    stub = template_copy / "template" / "fastapi" / "zz.txt.jinja"
    stub.write_text("{% include 'missing.jinja' %}", "utf-8")
    git("add", "--all", cwd=template_copy)
    git("commit", "--quiet", "--message=Broken", cwd=template_copy)
    outcome = trivet("new", tmp_path / "x", *ONLY_FILES, "--template", template_copy)
    assert outcome.code == 2
    assert "could not render" in outcome.err
    assert list_names(tmp_path) == ["own"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no FIFOs on Windows")
@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_an_interrupted_rendering_leaves_neither_files_nor_processes(
    template_repo: Path, tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    """Interrupt it while the template is cloned."""
    for folder in ("bin", "scratch", "home"):
        (tmp_path / folder).mkdir()
    at_work = tmp_path / "at-work"
    os.mkfifo(at_work)
    script = f"""#!/bin/sh
case "$1" in clone) exec 3> "{at_work}"; echo cloning >&3; exec sleep 600 ;; esac
exec "{shutil.which("git")}" "$@"
"""
    (tmp_path / "bin" / "git").write_text(script, "utf-8")
    (tmp_path / "bin" / "git").chmod(0o755)
    environment = os.environ | {
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "TMPDIR": str(tmp_path / "scratch"),
    }
    destination = tmp_path / "home" / "x"
    arguments: list[str | Path] = [
        "new",
        destination,
        *ONLY_FILES,
        "--template",
        template_repo,
    ]
    with (
        subprocess.Popen(
            [sys.executable, "-m", "selector", *arguments],
            env=environment,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        ) as trivet,
        at_work.open("rb") as of_git,
    ):
        assert of_git.readline() == b"cloning\n"
        os.killpg(trivet.pid, sent)  # as a terminal does
        _, errors = trivet.communicate(timeout=60)
        assert select.select([of_git], [], [], 60)[0], "git still runs"
    assert trivet.returncode == code, errors
    assert "Traceback" not in errors
    assert list_names(tmp_path / "home") == list_names(tmp_path / "scratch") == []


def test_without_a_terminal_the_unanswered_questions_are_named(
    trivet: Trivet, template_repo: Path, tmp_path: Path
) -> None:
    arguments: list[str | Path] = [
        "--template",
        template_repo,
        "--data",
        "use_case=api",
    ]
    outcome = trivet("new", tmp_path / "x", "--no-setup", *arguments)
    assert outcome.code == 2
    assert "no terminal to ask on" in outcome.err
    assert "size" in outcome.err
    assert "use_case" not in outcome.err
    assert "--defaults" in outcome.err
    assert not list_names(tmp_path)


ASKED = [
    "project_name",
    "known_framework",
    "use_case",
    "size",
    "load",
    "control",
    "experience",
    "priority",
    "features",
    "framework",
    "database",
    "customise",
]


@pytest.mark.parametrize("stop", [*ASKED, "the confirmation"])
def test_ctrl_c_at_any_prompt_ends_with_130_and_leaves_nothing(
    trivet: Trivet,
    template_repo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stop: str,
) -> None:
    asked = []

    def ask(prompter: Prompter, prompt: Prompt) -> Any:  # noqa: ANN401
        asked.append(prompt.name)
        if prompt.name == "framework":
            prompter.explain(prompt)
        if prompt.name == stop:
            raise KeyboardInterrupt
        return prompt.default

    def choose(_: str, __: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(prompts, "is_terminal", lambda: True)
    monkeypatch.setattr(Prompter, "__call__", ask)
    monkeypatch.setattr(prompts, "choose", choose)
    outcome = trivet("new", tmp_path / "x", "--no-setup", "--template", template_repo)
    assert outcome.code == 130
    assert "Nothing was written" in outcome.err
    assert asked == ASKED[: ASKED.index(stop) + 1 if stop in ASKED else None]
    assert not list_names(tmp_path)


def test_the_answers_are_shown_before_anything_is_written(
    trivet: Trivet, template_repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def choose(_: str, __: object) -> str:
        written.append(bool(list_names(tmp_path)) and (tmp_path / "x").exists())
        return "stop"

    monkeypatch.setattr(prompts, "is_terminal", lambda: True)
    monkeypatch.setattr(Prompter, "__call__", lambda _, prompt: prompt.default)
    monkeypatch.setattr(prompts, "choose", choose)
    arguments: list[str | Path] = ["--template", template_repo, "--data", "size=large"]
    outcome = trivet("new", tmp_path / "x", "--no-setup", *arguments)
    summary = outcome.out.split("Your answers")[1]
    assert "Large: many areas, several teams" in summary
    assert "SQLite: a file, nothing to install" in summary
    assert "Framework" in summary
    assert written == [False]
    assert len(summary.splitlines()) <= 22


@pytest.mark.slow
def test_other_weights_decide_and_are_recorded(
    trivet: Trivet, template_repo: Path, tmp_path: Path
) -> None:
    destination = tmp_path / "x"
    arguments: list[str | Path] = ["--template", template_repo, *ONLY_FILES]
    arguments += ["--data", "use_case=api", "--data", "experience=knows_flask"]
    arguments += ["--weight", "experience=decisive"]
    outcome = trivet("new", destination, *arguments)
    assert outcome.code == 0, outcome.err
    assert read_answers(destination)["framework"] == "flask"
    assert "You set the weight of experience to decisive." in outcome.text
    record = (destination / "docs" / "decisions" / "0001-web-framework.md").read_text(
        "utf-8"
    )
    assert "Experience weighed decisive, instead of much." in record
    assert "- Flask is what the team knows (+12, D)." in record
    assert "--weight experience=decisive" in outcome.out


@pytest.mark.slow
def test_stopping_at_the_summary_writes_nothing(
    trivet: Trivet, template_repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "is_terminal", lambda: True)
    monkeypatch.setattr(Prompter, "__call__", lambda _, prompt: prompt.default)
    monkeypatch.setattr(prompts, "choose", lambda *_: "stop")
    outcome = trivet("new", tmp_path / "x", "--no-setup", "--template", template_repo)
    assert outcome.code == 130
    assert not list_names(tmp_path)


def test_bad_data_is_refused_before_anything_is_asked(
    trivet: Trivet, template_repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(_: Prompter, prompt: Prompt) -> None:
        pytest.fail(f"{prompt.name} was asked")

    monkeypatch.setattr(prompts, "is_terminal", lambda: True)
    monkeypatch.setattr(Prompter, "__call__", ask)
    arguments: list[str | Path] = [
        "--template",
        template_repo,
        "--data",
        "database=oracle",
    ]
    outcome = trivet("new", tmp_path / "x", *arguments)
    assert outcome.code == 2
    assert "`oracle` is not a valid answer" in outcome.err


@pytest.mark.slow
def test_uncommitted_changes_are_left_out_and_mentioned(
    trivet: Trivet, template_copy: Path, tmp_path: Path
) -> None:
    destination = tmp_path / "x"
    (template_copy / "template" / "fastapi" / "draft.txt").write_text("draft", "utf-8")
    outcome = trivet("new", destination, *ONLY_FILES, "--template", template_copy)
    assert outcome.code == 0
    assert "uncommitted changes; they are not in the project" in outcome.text
    assert not (destination / "draft.txt").exists()


@pytest.mark.slow
def test_updates_come_from_origin_where_it_has_the_commit(
    trivet: Trivet, template_copy: Path, tmp_path: Path
) -> None:
    origin = "https://me:secret@example.org/t.git"
    git("remote", "add", "origin", origin, cwd=template_copy)
    git("update-ref", "refs/remotes/origin/main", "HEAD", cwd=template_copy)
    destination = tmp_path / "x"
    outcome = trivet("new", destination, *ONLY_FILES, "--template", template_copy)
    assert outcome.code == 0
    assert read_answers(destination)["_src_path"] == "https://example.org/t.git"
    assert "this machine only" not in outcome.text
    assert "secret" not in outcome.out
    assert "secret" not in (destination / ".copier-answers.yml").read_text("utf-8")


@pytest.mark.slow
def test_a_git_address_is_cloned_at_its_latest_release(
    trivet: Trivet, template_copy: Path, tmp_path: Path
) -> None:
    for tag in ("v0.9.0", "v0.10.0"):
        git("tag", tag, cwd=template_copy)
    git("commit", "--allow-empty", "--quiet", "--message=Later", cwd=template_copy)
    address = template_copy.as_uri()
    destination = tmp_path / "x"
    outcome = trivet("new", destination, *ONLY_FILES, "--template", address)
    assert outcome.code == 0, outcome.err
    answers = read_answers(destination)
    assert (answers["_commit"], answers["_src_path"]) == ("v0.10.0", f"git+{address}")
    assert f"--template {address} --ref v0.10.0" in outcome.out


def test_an_installation_without_a_template_asks_for_one(
    trivet: Trivet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "find_checkout", lambda: None)
    monkeypatch.setattr(create, "find_checkout", lambda: None)
    monkeypatch.setattr(source, "_read_metadata", lambda: ("", "0.1.0"))
    outcome = trivet("new", tmp_path / "x", *ONLY_FILES)
    assert outcome.code == 2
    assert "--template" in outcome.err


@pytest.mark.slow
def test_an_installation_takes_the_release_of_its_own_version(
    trivet: Trivet, template_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("tag", "v0.1.0", cwd=template_copy)
    git("commit", "--allow-empty", "--quiet", "--message=Later", cwd=template_copy)
    git("tag", "v0.2.0", cwd=template_copy)
    released = (template_copy.as_uri(), "0.1.0")
    monkeypatch.setattr(source, "find_checkout", lambda: None)
    monkeypatch.setattr(source, "_read_metadata", lambda: released)
    destination = tmp_path / "x"
    assert trivet("new", destination, *ONLY_FILES).code == 0
    assert read_answers(destination)["_commit"] == "v0.1.0"


def test_a_missing_git_is_reported(
    trivet: Trivet, template_repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "find_program", lambda _: None)
    outcome = trivet("new", tmp_path / "x", *ONLY_FILES, "--template", template_repo)
    assert outcome.code == 2
    assert "git is missing" in outcome.err
    assert not list_names(tmp_path)


@pytest.mark.slow
def test_a_feature_that_is_not_available_is_reported_and_not_stored(
    trivet: Trivet, template_repo: Path, tmp_path: Path
) -> None:
    destination = tmp_path / "x"
    arguments: list[str | Path] = [
        "--template",
        template_repo,
        "--data",
        "use_case=ecommerce",
    ]
    outcome = trivet("new", destination, *ONLY_FILES, *arguments)
    assert outcome.code == 0
    model = Questionnaire(PackageTree()).model
    asked_for = model.criteria["use_case"].answers["ecommerce"].features
    available = model.available_features["django"]
    assert read_answers(destination)["features"] == [
        n for n in model.features if n in available and n in asked_for
    ]
    line = re.search("^Left out, .* Django: (.*)$", outcome.out, re.MULTILINE)
    left_out = line[1].split(", ") if line else []
    assert set(left_out) == set(asked_for) - set(available)


def test_only_what_was_chosen_is_reported_as_left_out(
    trivet: Trivet, template_repo: Path, tmp_path: Path
) -> None:
    """The feature `social` requires accounts, which Flask has."""
    arguments = ("--template", template_repo, "--data", "known_framework=flask")
    outcome = trivet(
        "new", tmp_path / "x", *ONLY_FILES, *arguments, "--data", "features=social"
    )
    assert "Left out, because they are not available with Flask: social" in outcome.text
