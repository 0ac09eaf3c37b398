"""Asks the questions on a terminal."""

import os
import sys
from collections.abc import Callable
from typing import Any

from selector.errors import Refusal
from selector.template.questionnaire import BadAnswer, Prompt

NARROW = 79  # columns


def terminal() -> bool:
    """Tell whether there is someone to ask."""
    return sys.stdin.isatty() and sys.stdout.isatty()


class Unasked:
    """Stands in for a missing terminal, and remembers what it should have asked."""

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self.names: list[str] = []

    def __call__(self, prompt: Prompt) -> Any:  # noqa: ANN401 - an answer can be anything
        """Note the question and go on with its default."""
        self.names.append(prompt.name)
        return prompt.default

    def refuse(self) -> None:
        """Complain if there was anything to ask."""
        if self.names:
            message = (
                "There is no terminal to ask on, and these questions have no answer: "
                f"{', '.join(self.names)}. Add --defaults to take the default answers, "
                "or give each with --data key=value."
            )
            raise Refusal(message)


class Terminal:
    """Asks with questionary; `explain` is called before the framework is chosen."""

    def __init__(self, explain: Callable[[Prompt], None] = lambda _: None) -> None:
        """Remember what to show before the framework is chosen."""
        self.explain = explain

    def __call__(self, prompt: Prompt) -> Any:  # noqa: ANN401
        """Ask one question; Ctrl-C ends the whole questionnaire."""
        import questionary  # noqa: PLC0415 - only those who are asked wait for it

        options = _options()
        message = _in_lines(prompt)
        if prompt.name == "framework":
            self.explain(prompt)
            message = "Which framework will it be?"
        if prompt.kind == "bool":
            question = questionary.confirm(message, default=prompt.default, **options)
        elif prompt.choices:
            choices = [
                questionary.Choice(
                    c.title,
                    c.value,
                    disabled=c.refused or None,
                    checked=prompt.several and c.value in prompt.default,
                )
                for c in prompt.choices
            ]
            if prompt.several:
                question = questionary.checkbox(message, choices, **options)
            else:
                question = questionary.select(
                    message, choices, default=prompt.default, **options
                )
        else:
            question = questionary.text(
                message,
                default=str(prompt.default),
                validate=_validator(prompt),
                **options,
            )
        return question.unsafe_ask()


def confirmed(message: str, *, default: bool = True) -> bool:
    """Ask for a yes before something is done."""
    import questionary  # noqa: PLC0415

    question = questionary.confirm(message, default=default, **_options())
    return bool(question.unsafe_ask())


def _in_lines(prompt: Prompt) -> str:
    """Put what explains a question below it, and the answer where it fits no more."""
    question, mark, more = prompt.message.partition("? ")
    if mark and more.strip():
        return f"{question}?\n  {more.strip()}\n "
    widest = max((len(choice.title) for choice in prompt.choices), default=0)
    long = not prompt.several and len(f"? {prompt.message} ") + widest > NARROW
    return f"{prompt.message}\n " if long else prompt.message


def _validator(prompt: Prompt) -> Callable[[str], bool | str]:
    def validate(text: str) -> bool | str:
        try:
            prompt.parse(text)
        except BadAnswer as error:
            return error.text
        return True

    return validate


def _options() -> dict[str, Any]:
    from prompt_toolkit.output import ColorDepth  # noqa: PLC0415

    options: dict[str, Any] = {"qmark": "?"}
    if os.environ.get("NO_COLOR"):
        options["color_depth"] = ColorDepth.DEPTH_1_BIT
    return options
