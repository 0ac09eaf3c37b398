"""`trivet doctor`: problems of a project, and their fixes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from selector import process
from tests.cli.conftest import Outcome, Trivet
from tests.conftest import git
from tests.update.conftest import ANSWERS_FILE, own, state
from tests.update.releases import LAST, NEXT

pytestmark = pytest.mark.slow
Uv = Callable[..., None]


@pytest.fixture(autouse=True)
def uv(monkeypatch: pytest.MonkeyPatch) -> Uv:
    """Answer for uv: all is well, but for what a test says."""
    run = process.run
    troubles: dict[str, process.Result] = {}

    def pretended(*arguments: str, **options: object) -> process.Result:
        if arguments[0] != "uv":
            return run(*arguments, **options)  # type: ignore[arg-type]  # passed on as given
        for word, result in troubles.items():
            if word in arguments:
                return result
        said = "uv 0.13.9 (linux)" if "--version" in arguments else "3.13.0"
        return process.Result(0, said, "")

    for name in ("ENVIRONMENT", "SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(process, "run", pretended)
    monkeypatch.setattr(
        process, "find", lambda name: "/usr/bin/uv" if name == "uv" else name
    )

    def says(word: str, code: int, text: str) -> None:
        troubles[word] = process.Result(code, text, text)

    return says


@pytest.fixture
def healthy(project: Path) -> Path:
    """Give a project that is at the newest release."""
    own(project, ANSWERS_FILE, f"_commit: {LAST}", f"_commit: {NEXT}")
    return project


def wrong(done: Outcome) -> list[str]:
    lines = [line for line in done.out.splitlines() if line.startswith("!!")]
    return [line.removeprefix("!! ").rstrip() for line in lines]


def test_a_healthy_project_has_nothing_to_fix(trivet: Trivet, healthy: Path) -> None:
    before = state(healthy)
    done = trivet("doctor", healthy)
    assert done.code == 0
    assert wrong(done) == []
    assert done.out.count("ok ") == 8
    assert "fastapi with api, on sqlite" in done.out
    assert state(healthy) == before


def test_it_says_how_far_behind_a_project_is(trivet: Trivet, project: Path) -> None:
    done = trivet("doctor", project)
    assert done.code == 1
    (line,) = wrong(done)
    assert line.startswith(f"Template: {LAST}, 1 release ")
    assert line.endswith(f"behind {NEXT}.")
    assert "trivet update" in done.out


@pytest.mark.parametrize(
    ("trouble", "finding", "fix"),
    [
        (("--version", 127, ""), "uv: It is missing.", "installation"),
        (("--version", 0, "uv 0.4.1"), "uv: 0.4.1 is too old.", "uv self update"),
        (("find", 2, "no Python 3.13"), "Python: no Python 3.13", "uv python install"),
        (("sync", 1, ""), "Packages: There is no uv.lock.", "uv sync"),
    ],
)
def test_tools_that_are_missing_are_named(  # noqa: PLR0913 - one for each column
    trivet: Trivet,
    healthy: Path,
    uv: Uv,
    *,
    trouble: tuple[str, int, str],
    finding: str,
    fix: str,
) -> None:
    uv(*trouble)
    done = trivet("doctor", healthy)
    assert done.code == 1
    assert wrong(done) == [finding]
    assert fix in done.out


def test_packages_that_are_out_of_step_are_named(
    trivet: Trivet, healthy: Path, uv: Uv
) -> None:
    own(healthy, "uv.lock", new="version = 1\n")
    uv("sync", 1, "outdated")
    assert wrong(trivet("doctor", healthy)) == [
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
def test_the_environment_is_held_against_the_settings(
    trivet: Trivet, healthy: Path, text: str, findings: list[str], fix: str
) -> None:
    (healthy / ".env").write_text(text, "utf-8")
    done = trivet("doctor", healthy)
    assert wrong(done) == findings
    assert fix in done.out


def test_what_is_not_committed_is_named(trivet: Trivet, healthy: Path) -> None:
    (healthy / "README.md").write_text("changed\n", "utf-8")
    done = trivet("doctor", healthy)
    assert wrong(done) == ["History: There are uncommitted changes."]
    assert "README.md" in done.out


def test_a_project_that_cannot_be_updated_says_why(
    trivet: Trivet, healthy: Path
) -> None:
    (healthy / ANSWERS_FILE).unlink()
    done = trivet("doctor", healthy)
    assert wrong(done) == ["Project: It cannot be updated."]
    assert f"git checkout HEAD -- {ANSWERS_FILE}" in done.said
    (healthy / ".git").rename(healthy.parent / "git")
    git("init", "--quiet", cwd=healthy)
    assert "either it was not made by Trivet" in trivet("doctor", healthy).said
