"""Ask questions on a terminal."""

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from selector.errors import UserError
from selector.template.questionnaire import InvalidAnswerError, Prompt

MAX_LINE_WIDTH = 79  # columns


def is_terminal() -> bool:
    """Check whether questions can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


class NonInteractivePrompter:
    """Collects the questions that cannot be asked without a terminal."""

    def __init__(self) -> None:
        """Start without questions."""
        self.names: list[str] = []

    def __call__(self, prompt: Prompt) -> Any:  # noqa: ANN401 - an answer can be anything
        """Store the question's name, and continue with its default."""
        self.names.append(prompt.name)
        return prompt.default

    def require_no_questions(self) -> None:
        """Raise UserError if there was a question."""
        if self.names:
            message = (
                "There is no terminal to ask on, and these questions have no answer: "
                f"{', '.join(self.names)}. Add --defaults to use the default answers, "
                "or answer each with --data key=value."
            )
            raise UserError(message)


class Prompter:
    """Asks with questionary; `explain` is called before the framework is asked for."""

    def __init__(self, explain: Callable[[Prompt], None] = lambda _: None) -> None:
        """Store what to print before the framework is asked for."""
        self.explain = explain

    def __call__(self, prompt: Prompt) -> Any:  # noqa: ANN401
        """Ask one question; Ctrl-C raises KeyboardInterrupt."""
        import questionary  # noqa: PLC0415 - slow to import, and not always needed

        options = _terminal_options()
        message = _format_message(prompt)
        if prompt.name == "framework":
            self.explain(prompt)
            message = "Which framework do you want to use?"
        if prompt.kind == "bool":
            question = questionary.confirm(message, default=prompt.default, **options)
        elif prompt.choices:
            choices = [
                questionary.Choice(
                    c.title,
                    c.value,
                    disabled=c.disabled or None,
                    checked=prompt.multiselect and c.value in prompt.default,
                )
                for c in prompt.choices
            ]
            if prompt.multiselect:
                question = questionary.checkbox(message, choices, **options)
            else:
                question = questionary.select(
                    message, choices, default=prompt.default, **options
                )
        else:
            question = questionary.text(
                message,
                default=str(prompt.default),
                validate=_create_validator(prompt),
                **options,
            )
        return question.unsafe_ask()


def confirm(message: str, *, default: bool = True) -> bool:
    """Ask a yes-or-no question."""
    import questionary  # noqa: PLC0415

    question = questionary.confirm(message, default=default, **_terminal_options())
    return bool(question.unsafe_ask())


def choose(message: str, choices: Mapping[str, str]) -> str:
    """Ask for one of several values, each with its title."""
    import questionary  # noqa: PLC0415

    listed = [questionary.Choice(title, value) for value, title in choices.items()]
    question = questionary.select(message, listed, **_terminal_options())
    return str(question.unsafe_ask())


def _format_message(prompt: Prompt) -> str:
    """Return the question, with its explanation or a long answer on a new line."""
    question, mark, explanation = prompt.message.partition("? ")
    if mark and explanation.strip():
        lines = [f"  {line}\n" for line in explanation.strip().splitlines()]
        return f"{question}?\n{''.join(lines)} "
    widest = max((len(choice.title) for choice in prompt.choices), default=0)
    long = (
        not prompt.multiselect and len(f"? {prompt.message} ") + widest > MAX_LINE_WIDTH
    )
    return f"{prompt.message}\n " if long else prompt.message


def _create_validator(prompt: Prompt) -> Callable[[str], bool | str]:
    def validate(text: str) -> bool | str:
        try:
            prompt.parse(text)
        except InvalidAnswerError as error:
            return error.text
        return True

    return validate


def _terminal_options() -> dict[str, Any]:
    from prompt_toolkit.output import ColorDepth  # noqa: PLC0415

    options: dict[str, Any] = {"qmark": "?"}
    if os.environ.get("NO_COLOR"):
        options["color_depth"] = ColorDepth.DEPTH_1_BIT
    return options
