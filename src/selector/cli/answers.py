"""Collect answers from options, files and prompts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from selector.cli import prompts
from selector.cli.options import parse_pairs
from selector.errors import UserError
from selector.recommendation.explanation import choice_cost, print_explanation
from selector.template.questionnaire import Answers, Ask, Prompt, Questionnaire
from selector.yaml_loader import load_yaml


class Explanation:
    """Prints the decision once, before the question for the framework or after it."""

    def __init__(self, questionnaire: Questionnaire, out: Console) -> None:
        """Store the questionnaire, and the console to print on."""
        self.questionnaire = questionnaire
        self.out = out
        self.is_printed = False

    def __call__(self, prompt: Prompt) -> None:
        """Print the decision before a question is asked."""
        self.print(prompt.known_answers)

    def print(self, answers: Mapping[str, Any]) -> None:
        """Print the decision once, unless the framework was chosen in advance."""
        if self.is_printed or answers["known_framework"] != "none":
            return
        self.is_printed = True
        decision = self.questionnaire.decision
        weighed = answers["recommendation"]["answers"]
        result = decision.recommend(weighed, with_flips=False)
        print_explanation(self.out, decision, result, brief=True)

    def print_cost(self, answers: Mapping[str, Any]) -> None:
        """Print the cost of a framework that is not the recommended one."""
        first, tied = (answers["recommendation"][key] for key in ("framework", "tied"))
        framework = answers["framework"]
        if framework not in {first, *tied}:
            cost = choice_cost(self.questionnaire.model, first, framework)
            self.out.print(f"\n{cost}", markup=False)


def answer_questions(  # noqa: PLR0913 - most are optional
    questionnaire: Questionnaire,
    data: Mapping[str, object],
    explanation: Explanation | None,
    *,
    defaults: bool,
    until: str = "",
    record: dict[str, Any] | None = None,
) -> Answers:
    """Check the given answers, then ask for the others.

    until   the last question to ask; empty for all
    record  receives each answer as soon as it is given
    """
    questionnaire.check_keys(data)
    if defaults:
        return questionnaire.answer(data, until=until)
    if not prompts.is_terminal():
        prompter = prompts.NonInteractivePrompter()
        answers = questionnaire.answer(data, prompter, until=until)
        prompter.require_no_questions()
        return answers
    questionnaire.check(data)
    ask = prompts.Prompter(explanation) if explanation else prompts.Prompter()
    if record is None:
        return questionnaire.answer(data, ask, until=until)
    return questionnaire.answer(data, record_answers(ask, record), until=until)


def record_answers(ask: Ask, record: dict[str, Any]) -> Ask:
    """Return a prompter that also stores each answer in `record`."""

    def ask_and_store(prompt: Prompt) -> Any:  # noqa: ANN401 - an answer can be anything
        record[prompt.name] = answer = ask(prompt)
        return answer

    return ask_and_store


def load_data(pairs: tuple[str, ...], file: Path | None) -> dict[str, object]:
    """Return the given answers, without Copier's own entries such as `_commit`."""
    data: dict[str, object] = {}
    if file:
        try:
            content = load_yaml(file.read_text("utf-8"), str(file))
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            message = f"--data-file: {file} cannot be read: {reason}."
            raise UserError(message) from error
        if not isinstance(content, dict) or not all(
            isinstance(key, str) for key in content
        ):
            message = f"--data-file: {file} needs lines such as `use_case: api`."
            raise UserError(message)
        data = {key: value for key, value in content.items() if not key.startswith("_")}
    return data | parse_pairs("--data", pairs)
