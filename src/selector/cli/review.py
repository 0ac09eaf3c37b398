"""Review the answers of `trivet new` before anything is written."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from selector.cli import output, prompts
from selector.cli.answers import Explanation
from selector.template.questionnaire import (
    Answers,
    InvalidAnswerError,
    Prompt,
    Questionnaire,
)

WRITE, CHANGE, STOP = "write", "change", "stop"


def choose_action(
    out: Console, questionnaire: Questionnaire, answers: Answers, path: Path
) -> str:
    """Print the answers, and ask whether to write the project, change one, or stop."""
    output.print_answers(out, list(questionnaire.summarize(answers).values()))
    actions = {
        WRITE: f"Write {path}",
        CHANGE: "Change an answer",
        STOP: "Stop, and write nothing",
    }
    return prompts.choose("What next?", actions)


def change_answer(
    questionnaire: Questionnaire,
    answers: Answers,
    data: dict[str, object],
    explanation: Explanation,
    out: Console,
) -> Answers:
    """Ask one question again, and questions that are only asked with its new answer.

    Other answers are kept if they differ from the default of their question. The rest
    get their defaults, which can depend on the new answer.

    data  the answers from the command line; answers that are asked again are removed
    """
    titles = questionnaire.summarize(answers)
    choices = {name: f"{title}: {text}" for name, (title, text) in titles.items()}
    name = prompts.choose("Which answer?", choices)
    data.pop(name, None)
    known = {k: v for k, v in answers.changed.items() if k != name} | data
    ask_again = {name}
    new_answers: dict[str, Any] = {}
    prompter = prompts.Prompter(explanation)

    def ask(prompt: Prompt) -> Any:  # noqa: ANN401 - an answer can be anything
        if prompt.name in titles and prompt.name not in ask_again:
            return prompt.default
        if prompt.name not in new_answers:
            new_answers[prompt.name] = prompter(_use_as_default(prompt, answers.given))
        return new_answers[prompt.name]

    while True:
        try:
            changed = questionnaire.answer(known, ask)
            break
        except InvalidAnswerError as error:
            if error.key not in known:
                raise
            out.print(f"\n{error}", markup=False)
            known.pop(error.key)
            data.pop(error.key, None)
            ask_again.add(error.key)
    is_same = changed.computed["recommendation"] == answers.computed["recommendation"]
    explanation.is_printed = explanation.is_printed or is_same
    return changed


def _use_as_default(prompt: Prompt, current: Mapping[str, Any]) -> Prompt:
    """Return the question with the current answer as its default, if it is possible."""
    answer = current.get(prompt.name, prompt.default)
    values = answer if prompt.multiselect else [answer]
    possible = {choice.value for choice in prompt.choices if not choice.disabled}
    if prompt.choices and not possible.issuperset(values):
        return prompt
    return replace(prompt, default=answer)
