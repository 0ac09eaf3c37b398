"""Evaluate the questions of copier.yml as Copier does."""

import difflib
import json
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Protocol

import yaml
from jinja2 import FunctionLoader, StrictUndefined, Template
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import SandboxedEnvironment

from selector.errors import UserError
from selector.recommendation import model as decision_model
from selector.recommendation.decision import Decision
from selector.template.copier_features import (
    UNSUPPORTED_VARIABLES,
    check_features,
    reject,
)
from selector.yaml_loader import load_documents, load_yaml

# Other texts change when Jinja renders them: it also normalizes line breaks.
_IS_PLAIN = re.compile(r"[^{\r\n]*").fullmatch

_YES = {"y", "yes", "t", "true", "on"}
_NO = {"n", "no", "f", "false", "off", "none", "null", "~", ""}


class Tree(Protocol):
    """The files of one version of the template."""

    def read(self, path: str) -> str | None:
        """Return the text of a file, or None if it does not exist."""


class InvalidAnswerError(UserError):
    """An answer that its question does not accept."""

    def __init__(self, key: str, text: str, *, is_final: bool = True) -> None:
        """Create the error; `is_final` is false if other answers could change that."""
        super().__init__(f"{key}: {text}")
        self.key = key
        self.text = text
        self.is_final = is_final


@dataclass(frozen=True)
class Choice:
    """An answer that a question offers; `disabled` says why it cannot be chosen."""

    title: str
    value: str
    disabled: str


@dataclass(frozen=True)
class Prompt:
    """A question that is ready to be asked."""

    name: str
    kind: str
    message: str
    default: Any
    choices: tuple[Choice, ...]
    multiselect: bool
    parse: Callable[[object], Any]
    known_answers: Mapping[str, Any]


@dataclass
class Answers:
    """The given answers, the values computed from them, and the defaults."""

    given: dict[str, Any] = field(default_factory=dict)
    computed: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, Any]:
        """Return answers and computed values together."""
        return {**self.given, **self.computed}

    @property
    def changed(self) -> dict[str, Any]:
        """Return the answers that differ from the default of their question."""
        return {k: v for k, v in self.given.items() if v != self.defaults[k]}


Ask = Callable[[Prompt], Any]


class Questionnaire:
    """The questions of one version of the template."""

    def __init__(self, tree: Tree) -> None:
        """Read copier.yml and what it includes."""
        text = tree.read("copier.yml")
        if text is None:
            message = "There is no copier.yml, so this is not a template of Trivet."
            raise UserError(message)
        entries = {
            key: value
            for document in load_documents(text, "copier.yml", tree.read)
            for key, value in document.items()
        }
        # Copier proposes a project name made from this one.
        self.context: dict[str, Any] = {"_folder_name": ""}
        self.questions: dict[str, dict[str, Any]] = {
            k: v for k, v in entries.items() if not k.startswith("_")
        }
        if "criteria" not in self.questions:
            message = (
                "copier.yml has no `criteria`, so this is not a template of Trivet."
            )
            raise UserError(message)
        check_features(entries)
        options = {**entries["_envops"], "undefined": StrictUndefined}
        self.compile_template = lru_cache(maxsize=None)(self._compile)
        self.environment = SandboxedEnvironment(
            loader=FunctionLoader(tree.read),
            extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
            **{"keep_trailing_newline": True, **options},
        )

    def _compile(self, text: str) -> Template:
        if any(name in text for name in UNSUPPORTED_VARIABLES):
            used = find_undeclared_variables(self.environment.parse(text))
            for name in sorted(used & UNSUPPORTED_VARIABLES):
                reject(f"the variable `{name}`")
        return self.environment.from_string(text)

    @cached_property
    def model(self) -> decision_model.Model:
        """Return the decision's data from this version of the template."""
        return decision_model.parse_model(self.questions["criteria"]["default"][0])

    @cached_property
    def decision(self) -> Decision:
        """Return the scoring rule from this version of the template."""
        return Decision(self.model, self.environment)

    def set_folder_name(self, folder: str) -> None:
        """Set the destination folder's name, from which a project name is proposed."""
        self.context["_folder_name"] = folder

    def set_weights(self, weights: Mapping[str, str]) -> None:
        """Change weights of criteria, for all later questions and computed values.

        Raise UserError if a criterion or a weight does not exist.
        """
        if not weights:
            return
        self.decision = self.decision.with_weights(weights)
        self.questions["criteria"]["default"] = [self.decision.data]

    @property
    def keys(self) -> list[str]:
        """Return the questions that can be answered."""
        return [k for k, q in self.questions.items() if _answerable(q)]

    @property
    def criteria(self) -> list[str]:
        """Return the questions that weigh in the decision."""
        return [k for k in self.keys if k in self.model.criteria]

    def check_keys(self, data: Collection[str]) -> None:
        """Raise UserError for an answer to a question that does not exist."""
        for key in data:
            if key in self.keys:
                continue
            if key in self.questions:
                message = f"{key}: this is computed from the answers and cannot be set."
                raise UserError(message)
            near = difflib.get_close_matches(key, self.keys, n=1, cutoff=0.5)
            hint = (
                f"Did you mean `{near[0]}`?"
                if near
                else f"The questions are: {', '.join(self.keys)}."
            )
            message = f"There is no question `{key}`. {hint}"
            raise UserError(message)

    def check(self, data: Mapping[str, object]) -> None:
        """Raise InvalidAnswerError for an invalid answer, before questions are asked.

        An answer that is invalid only until another one is given is accepted.
        """
        try:
            self.answer(data)
        except InvalidAnswerError as error:
            if error.is_final:
                raise

    def answer(
        self, data: Mapping[str, object], ask: Ask | None = None, *, until: str = ""
    ) -> Answers:
        """Answer the questions in order, up to the question `until`.

        An answer is taken from `data`, or else from `ask`, or else from the default.
        """
        answers = Answers()
        for name, details in self.questions.items():
            context = {**self.context, **answers.all}
            question = _Question(self, name, details, context)
            if not _answerable(details) or not question.flag("when"):
                if "default" in details:
                    answers.computed[name] = question.default()
            else:
                answers.given[name] = self._answer_one(
                    question, data, ask, answers.defaults
                )
            if name == until:
                break
        return answers

    def list_asked_questions(self, answers: Answers) -> list[str]:
        """Return the questions that are asked, given the answers to earlier ones."""
        names = []
        for name in answers.given:
            question = _Question(self, name, self.questions[name], answers.all)
            if question.flag("ask"):
                names.append(name)
        return names

    def summarize(self, answers: Answers) -> dict[str, tuple[str, str]]:
        """Return for each question that is asked its title and that of its answer."""
        lines = {}
        for name in self.list_asked_questions(answers):
            given = answers.given[name]
            question = _Question(self, name, self.questions[name], answers.all)
            titles: dict[Any, str] = {True: "yes", False: "no"}
            titles.update((choice.value, choice.title) for choice in question.choices)
            values = given if question.multiselect else [given]
            text = "; ".join(titles.get(value, str(value)) for value in values)
            lines[name] = (name.replace("_", " ").capitalize(), text or "none")
        return lines

    def _answer_one(
        self,
        question: "_Question",
        data: Mapping[str, object],
        ask: Ask | None,
        defaults: dict[str, Any],
    ) -> Any:  # noqa: ANN401 - an answer can be anything
        name = question.name
        default = defaults[name] = question.default()
        if question.multiselect:
            defaults[name] = [c.value for c in question.choices if c.value in default]
        if name in data:
            return question.parse(data[name])
        if ask and question.flag("ask"):
            return question.parse(ask(question.prompt(default)))
        return question.parse(default)


def _answerable(details: Mapping[str, Any]) -> bool:
    """Check that this is a question, not a value that is computed or only stored."""
    return details.get("when") is not False and details.get("ask") is not False


class _Question:
    """One question, with the answers before it."""

    def __init__(
        self,
        questionnaire: Questionnaire,
        name: str,
        details: Mapping[str, Any],
        context: Mapping[str, Any],
    ) -> None:
        self.compile_template = questionnaire.compile_template
        self.name = name
        self.details = details
        self.context = context
        self.kind: str = details["type"]
        self.multiselect = bool(details.get("multiselect"))

    def render(self, value: Any, **extra: object) -> Any:  # noqa: ANN401
        if isinstance(value, list):
            return [self.render(item) for item in value]
        if not isinstance(value, str) or _IS_PLAIN(value):
            return value
        try:
            return self.compile_template(value).render({**self.context, **extra})
        except UserError:
            raise
        except Exception as error:  # a template can raise anything
            message = f"copier.yml: the question `{self.name}` is invalid: {error}"
            raise UserError(message) from error

    def flag(self, key: str) -> bool:
        result = _to_bool(self.render(self.details.get(key, True)))
        if result is None:
            reject(f"`{key}` in the question `{self.name}` that is neither yes nor no")
        return result

    def default(self) -> Any:  # noqa: ANN401
        value = self.render(self.details.get("default"))
        return self.parse_list(value) if self.multiselect else self.cast(value)

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        choices = self.details.get("choices", {})
        if isinstance(choices, str):
            name = f"copier.yml: `choices` of the question `{self.name}`"
            choices = load_yaml(self.render(choices), name)
        if not isinstance(choices, dict):
            reject(f"a list of choices in the question `{self.name}`")
        result = tuple(self._choice(title, entry) for title, entry in choices.items())
        if len({choice.value for choice in result}) < len(result):
            reject(f"two choices with the same value in the question `{self.name}`")
        return result

    def _choice(self, title: object, entry: object) -> Choice:
        """Read a choice in its short form, `title: value`, or with a validator."""
        disabled = ""
        if isinstance(entry, dict):
            if not {"value"} <= entry.keys() <= {"value", "validator"}:
                reject(f"these keys of a choice in `{self.name}`: {', '.join(entry)}")
            disabled = self.render(entry.get("validator", ""))
            entry = entry["value"]
        if not isinstance(entry, str) or not isinstance(disabled, str):
            reject(f"a choice in `{self.name}` that is no text: {entry}")
        return Choice(str(self.render(title)), self.render(entry), disabled)

    def prompt(self, default: Any) -> Prompt:  # noqa: ANN401
        return Prompt(
            name=self.name,
            kind=self.kind,
            message=str(self.render(self.details.get("help", self.name))).strip(),
            default=default,
            choices=self.choices,
            multiselect=self.multiselect,
            parse=self.parse,
            known_answers=self.context,
        )

    def parse(self, value: object) -> Any:  # noqa: ANN401
        """Return the typed answer; raise InvalidAnswerError if it is invalid."""
        if self.multiselect:
            items = [self.parse_choice(item) for item in self.parse_list(value)]
            answer: Any = [c.value for c in self.choices if c.value in items]
        else:
            answer = self.cast(value)
            if self.choices:
                answer = self.parse_choice(answer)
        error = self.render(self.details.get("validator", ""), **{self.name: answer})
        if error := error.strip():
            raise InvalidAnswerError(self.name, error)
        return answer

    def parse_list(self, value: object) -> list[str]:
        if isinstance(value, str):
            inner = value.strip()
            if not inner.startswith("["):
                inner = f"[{inner}]"
            try:
                # Copier keeps the texts too: `[yes, 007]` has no other types.
                value = yaml.load(inner, yaml.BaseLoader)  # noqa: S506 - makes texts only
            except yaml.YAMLError:
                value = None
        if not isinstance(value, list):
            text = "Enter a list, such as api,pages or [api, pages]."
            raise InvalidAnswerError(self.name, text)
        return [self.cast(item) for item in value]

    def parse_choice(self, value: str) -> str:
        for choice in self.choices:
            if choice.value == value:
                if choice.disabled:
                    text = (
                        f"`{value}` is not possible with the other answers. "
                        f"{choice.disabled}"
                    )
                    raise InvalidAnswerError(self.name, text, is_final=False)
                return value
        values = [c.value for c in self.choices]
        near = difflib.get_close_matches(value, values, n=1)
        hint = f"Did you mean `{near[0]}`? " if near else ""
        text = (
            f"`{value}` is not a valid answer. {hint}Choose from: {', '.join(values)}."
        )
        raise InvalidAnswerError(self.name, text)

    def cast(self, value: Any) -> Any:  # noqa: ANN401
        if self.kind == "bool":
            result = None if value is None else _to_bool(value)
            if result is None:
                raise InvalidAnswerError(self.name, "Answer yes or no.")
            return result
        if self.kind in {"json", "yaml"} and isinstance(value, str):
            try:
                return (
                    json.loads(value) if self.kind == "json" else yaml.safe_load(value)
                )
            except (ValueError, yaml.YAMLError) as error:
                message = f"copier.yml: the value `{self.name}` is invalid: {error}"
                raise UserError(message) from error
        if self.kind in {"json", "yaml"}:
            return value
        if isinstance(value, bool | dict | list) or value is None:
            raise InvalidAnswerError(self.name, "Enter one value.")
        return str(value)


def _to_bool(value: object) -> bool | None:
    """Return a value as a bool, or None if it is neither yes nor no."""
    text = str(value).strip().lower()
    with suppress(ValueError):
        return bool(float(text))
    if text in _YES:
        return True
    return False if text in _NO else None
