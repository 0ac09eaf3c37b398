"""Change answers before a project is written, and continue an interrupted run."""

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from selector.cli import prompts
from selector.cli.prompts import Prompter
from selector.template.questionnaire import Prompt
from tests.cli.conftest import Outcome, Trivet
from tests.update.conftest import (  # noqa: F401 - pytest finds fixtures here
    read_stored_answers,
    small_template,
    template,
)

pytestmark = pytest.mark.slow


class Terminal:
    """A user who accepts all defaults, except for the answers that a test sets."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[str] = []
        self.interrupt_at = ""
        self.choices: Iterator[str] = iter(())

    def ask(self, prompt: Prompt) -> Any:  # noqa: ANN401 - an answer can be anything
        self.asked.append(prompt.name)
        if prompt.name == self.interrupt_at:
            raise KeyboardInterrupt
        return self.answers.get(prompt.name, prompt.default)

    def choose(self, _: str, choices: dict[str, str]) -> str:
        choice = next(self.choices)
        assert choice in choices
        return choice


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    user = Terminal()
    monkeypatch.setattr(prompts, "is_terminal", lambda: True)
    monkeypatch.setattr(Prompter, "__call__", lambda _, prompt: user.ask(prompt))
    monkeypatch.setattr(prompts, "choose", user.choose)
    return user


New = Callable[..., Outcome]


@pytest.fixture
def new(
    trivet: Trivet,
    small_template: Path,  # noqa: F811
    tmp_path: Path,
) -> New:
    def create(*options: str) -> Outcome:
        source = ("--template", small_template, "--no-setup")
        return trivet("new", tmp_path / "x", *source, *options)

    return create


def continue_with(outcome: Outcome) -> list[str]:
    """Return the arguments of the command that continues an interrupted run."""
    assert outcome.code == 130
    message, _, command = outcome.err.partition("Continue with:\n")
    assert message == "Stopped. Nothing was written. "
    return shlex.split(command)[1:]


def test_an_answer_can_be_changed_and_defaults_follow(
    new: New, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.answers = {"use_case": "api", "database": "postgresql"}
    terminal.choices = iter(["change", "use_case", "write"])
    changes = iter(["api", "cms"])
    ask = terminal.ask
    terminal.ask = lambda prompt: (  # type: ignore[method-assign]
        ask(prompt) and next(changes) if prompt.name == "use_case" else ask(prompt)
    )
    outcome = new()
    assert outcome.code == 0, outcome.err
    assert terminal.asked.count("use_case") == 2
    assert terminal.asked.count("framework") == 1
    stored = read_stored_answers(tmp_path / "x")
    assert (stored["use_case"], stored["framework"]) == ("cms", "django")
    assert stored["database"] == "postgresql", "answers other than defaults are kept"
    assert "pages" in stored["features"], "the default of the new use case"
    summaries = outcome.out.split("Your answers")[1:]
    assert "FastAPI" in summaries[0]
    assert "Django" in summaries[1]
    assert outcome.out.count("Recommended: ") == 2


def test_questions_that_a_change_brings_are_asked(
    new: New, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.answers = {"customise": True, "licence": "mit"}
    terminal.choices = iter(["change", "customise", "write"])
    new("--data", "known_framework=flask", "--data", "customise=no")
    assert terminal.asked[-5:] == [
        "customise",
        "licence",
        "author_name",
        "ci_provider",
        "extras",
    ]
    assert read_stored_answers(tmp_path / "x")["licence"] == "mit"


def test_an_answer_from_the_command_line_can_be_changed_to_its_default(
    new: New, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.answers = {"database": "sqlite", "project_name": "Shop"}
    terminal.choices = iter(["change", "database", "change", "project_name", "write"])
    new("--data", "database=mysql", "--data", "known_framework=flask")
    stored = read_stored_answers(tmp_path / "x")
    assert (stored["database"], stored["project_name"]) == ("sqlite", "Shop")


def test_an_answer_that_no_longer_fits_is_asked_again(
    new: New, terminal: Terminal, tmp_path: Path
) -> None:
    terminal.answers = {"features": ["cms"]}
    terminal.choices = iter(["change", "features", "write"])
    outcome = new("--data", "framework=flask", "--data", "features=api")
    assert outcome.code == 0, outcome.err
    assert "`flask` is not possible with the other answers" in outcome.out
    assert terminal.asked[-2:] == ["features", "framework"]
    assert read_stored_answers(tmp_path / "x")["framework"] == "django"


@pytest.mark.parametrize("stop", ["at a question", "in the summary"])
def test_an_interrupted_run_continues_with_the_answers_given_so_far(
    new: New, trivet: Trivet, terminal: Terminal, tmp_path: Path, stop: str
) -> None:
    terminal.answers = {"project_name": "It's ours", "use_case": "education"}
    terminal.choices = iter(["stop"])
    if stop == "at a question":
        terminal.interrupt_at = "load"
    arguments = continue_with(new("--data", "database=mysql"))
    before = set(terminal.asked) - {terminal.interrupt_at}
    assert not (tmp_path / "x").exists()

    terminal.asked, terminal.answers = [], {}
    terminal.interrupt_at = ""
    terminal.choices = iter(["write"])
    assert trivet(*arguments).code == 0
    assert not before & set(terminal.asked), "no question is asked twice"
    assert bool(terminal.asked) == (stop == "at a question")
    stored = read_stored_answers(tmp_path / "x")
    assert stored["project_name"] == "It's ours"
    assert stored["use_case"] == "education"
    assert stored["database"] == "mysql"
