"""`trivet doctor`: problems of a project, and their fixes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from selector import process
from tests.cli.conftest import Outcome, Trivet
from tests.conftest import git
from tests.update.conftest import ANSWERS_FILE, commit_change, state
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
        process, "find", lambda name: "/usr/bin/uv" if name == "uv" else name
    )

    def set_result(word: str, code: int, text: str) -> None:
        results[word] = process.Result(code, text, text)

    return set_result


@pytest.fixture
def healthy(project: Path) -> Path:
    """Return a project that is at the newest release."""
    commit_change(project, ANSWERS_FILE, f"_commit: {LAST}", f"_commit: {NEXT}")
    return project


def problems(done: Outcome) -> list[str]:
    lines = [line for line in done.out.splitlines() if line.startswith("!!")]
    return [line.removeprefix("!! ").rstrip() for line in lines]


def test_a_healthy_project_has_nothing_to_fix(trivet: Trivet, healthy: Path) -> None:
    before = state(healthy)
    done = trivet("doctor", healthy)
    assert done.code == 0
    assert problems(done) == []
    assert done.out.count("ok ") == 8
    assert "fastapi with api, on sqlite" in done.out
    assert state(healthy) == before


def test_the_missing_releases_are_counted(trivet: Trivet, project: Path) -> None:
    done = trivet("doctor", project)
    assert done.code == 1
    (line,) = problems(done)
    assert line.startswith(f"Template: {LAST}, 1 release ")
    assert line.endswith(f"behind {NEXT}.")
    assert "trivet update" in done.out


@pytest.mark.parametrize(
    ("result", "finding", "fix"),
    [
        (("--version", 127, ""), "uv: It is missing.", "installation"),
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
    done = trivet("doctor", healthy)
    assert done.code == 1
    assert problems(done) == [finding]
    assert fix in done.out


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
    done = trivet("doctor", healthy)
    assert problems(done) == findings
    assert fix in done.out


def test_uncommitted_changes_are_reported(trivet: Trivet, healthy: Path) -> None:
    (healthy / "README.md").write_text("changed\n", "utf-8")
    done = trivet("doctor", healthy)
    assert problems(done) == ["History: There are uncommitted changes."]
    assert "README.md" in done.out


def test_the_reason_is_reported_if_a_project_cannot_be_updated(
    trivet: Trivet, healthy: Path
) -> None:
    (healthy / ANSWERS_FILE).unlink()
    done = trivet("doctor", healthy)
    assert problems(done) == ["Project: It cannot be updated."]
    assert f"git checkout HEAD -- {ANSWERS_FILE}" in done.text
    (healthy / ".git").rename(healthy.parent / "git")
    git("init", "--quiet", cwd=healthy)
    assert "either it was not made by Trivet" in trivet("doctor", healthy).text
