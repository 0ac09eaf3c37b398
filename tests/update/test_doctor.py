"""`trivet doctor`: problems of a project, and their fixes."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from selector import process
from tests.cli.conftest import Outcome, Trivet
from tests.conftest import git
from tests.update.conftest import ANSWERS_FILE, commit_change, read_state
from tests.update.releases import LAST, NEXT

pytestmark = pytest.mark.slow
Uv = Callable[..., None]


@pytest.fixture(autouse=True)
def uv(monkeypatch: pytest.MonkeyPatch) -> Uv:
    """Replace uv: all calls succeed, except those that a test changes."""
    run = process.run
    results: dict[str, process.Result] = {}

    def fake_run(*arguments: str, **options: object) -> process.Result:
        if arguments[0] != "uv":
            return run(*arguments, **options)  # type: ignore[arg-type]  # passed on as given
        for word, result in results.items():
            if word in arguments:
                return result
        output = "uv 0.13.9 (linux)" if "--version" in arguments else "3.13.0"
        return process.Result(0, output, "")

    for name in ("ENVIRONMENT", "SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(process, "run", fake_run)
    monkeypatch.setattr(
        process, "find_program", lambda name: "/usr/bin/uv" if name == "uv" else name
    )

    def set_result(word: str, code: int, text: str) -> None:
        results[word] = process.Result(code, text, text)

    return set_result


@pytest.fixture
def healthy(project: Path) -> Path:
    """Return a project that is at the newest release."""
    commit_change(project, ANSWERS_FILE, f"_commit: {LAST}", f"_commit: {NEXT}")
    return project


def problems(outcome: Outcome) -> list[str]:
    lines = [line for line in outcome.out.splitlines() if line.startswith("!!")]
    return [line.removeprefix("!! ").rstrip() for line in lines]


def test_a_healthy_project_has_nothing_to_fix(trivet: Trivet, healthy: Path) -> None:
    before = read_state(healthy)
    outcome = trivet("doctor", healthy)
    assert outcome.code == 0
    assert problems(outcome) == []
    assert outcome.out.count("ok ") == 8
    assert "fastapi with api, on sqlite" in outcome.out
    assert read_state(healthy) == before


def test_the_missing_releases_are_counted(trivet: Trivet, project: Path) -> None:
    outcome = trivet("doctor", project)
    assert outcome.code == 1
    (line,) = problems(outcome)
    assert line.startswith(f"Template: {LAST}, 1 release ")
    assert line.endswith(f"behind {NEXT}.")
    assert "trivet update" in outcome.out


@pytest.mark.parametrize(
    ("result", "finding", "fix"),
    [
        (
            ("--version", 127, "pyenv: uv: command not found\nNote: See help."),
            "uv: It does not start here: pyenv: uv: command not found",
            "installation",
        ),
        (("--version", 0, "uv 0.4.1"), "uv: 0.4.1 is too old.", "uv self update"),
        (("find", 2, "no Python 3.13"), "Python: no Python 3.13", "uv python install"),
        (("sync", 1, ""), "Packages: There is no uv.lock.", "uv sync"),
    ],
)
def test_missing_tools_are_reported(  # noqa: PLR0913 - one for each column
    trivet: Trivet,
    healthy: Path,
    uv: Uv,
    *,
    result: tuple[str, int, str],
    finding: str,
    fix: str,
) -> None:
    uv(*result)
    outcome = trivet("doctor", healthy)
    assert outcome.code == 1
    assert problems(outcome) == [finding]
    assert fix in outcome.out


def test_a_missing_uv_is_reported(
    trivet: Trivet, healthy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        process, "find_program", lambda name: None if name == "uv" else name
    )
    outcome = trivet("doctor", healthy)
    assert problems(outcome) == ["uv: It is missing."]
    assert "installation" in outcome.out


def test_outdated_packages_are_reported(trivet: Trivet, healthy: Path, uv: Uv) -> None:
    commit_change(healthy, "uv.lock", new="version = 1\n")
    uv("sync", 1, "outdated")
    assert problems(trivet("doctor", healthy)) == [
        "Packages: do not match pyproject.toml."
    ]


@pytest.mark.parametrize(
    ("text", "findings", "fix"),
    [
        ("LOG_LEVEL=DEBUG\n# a note\n\nexport PORT='1'\n", [], ""),
        (
            "SECRET_KYE=x\n",
            ["Settings: SECRET_KYE in .env is not a setting."],
            "Did you mean SECRET_KEY?",
        ),
        (
            "ENVIRONMENT=production\nSECRET_KEY=x\nDATABASE_URL=sqlite:///x\n",
            ["Settings: ALLOWED_HOSTS is missing, and production requires it."],
            "Set ALLOWED_HOSTS",
        ),
        (
            "DATABASE_URL=oracle://x\n",
            ["Settings: DATABASE_URL begins with oracle://."],
            "sqlite, postgresql, mysql",
        ),
        (
            "DATABASE_URL=mysql://x\n",
            ["Settings: DATABASE_URL needs a driver for mysql, which is missing."],
            "trivet update --data database=mysql",
        ),
    ],
)
def test_the_environment_is_compared_with_the_settings(
    trivet: Trivet, healthy: Path, text: str, findings: list[str], fix: str
) -> None:
    (healthy / ".env").write_text(text, "utf-8")
    outcome = trivet("doctor", healthy)
    assert problems(outcome) == findings
    assert fix in outcome.out


def test_uncommitted_changes_are_reported(trivet: Trivet, healthy: Path) -> None:
    (healthy / "README.md").write_text("changed\n", "utf-8")
    outcome = trivet("doctor", healthy)
    assert problems(outcome) == ["History: There are uncommitted changes."]
    assert "README.md" in outcome.out


def test_answers_that_are_not_valid_are_reported(trivet: Trivet, healthy: Path) -> None:
    file = healthy / ANSWERS_FILE
    text = re.sub("(?m)^use_case: .*$", "use_case: nonsense", file.read_text("utf-8"))
    file.write_text(text, "utf-8")
    git("commit", "--quiet", "--all", "--message", "Edit", cwd=healthy)
    outcome = trivet("doctor", healthy)
    assert outcome.code == 1
    assert "`nonsense` is not a valid answer" in outcome.text


def test_only_folders_are_checked(trivet: Trivet, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    missing, file = (trivet("doctor", tmp_path / name) for name in ("missing", "file"))
    assert (missing.code, file.code) == (2, 2)
    assert f"The folder {tmp_path / 'missing'} does not exist." in missing.err
    assert "is a file. Give the folder of a project." in file.err


def test_the_reason_is_reported_if_a_project_cannot_be_updated(
    trivet: Trivet, healthy: Path
) -> None:
    (healthy / ANSWERS_FILE).unlink()
    outcome = trivet("doctor", healthy)
    assert problems(outcome) == ["Project: It cannot be updated."]
    assert f"git checkout HEAD -- {ANSWERS_FILE}" in outcome.text
    (healthy / ".git").rename(healthy.parent / "git")
    git("init", "--quiet", cwd=healthy)
    assert "Either Trivet did not create it" in trivet("doctor", healthy).text
