"""The questions of copier.yml, evaluated as Copier evaluates them."""

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NoReturn, Protocol

import yaml
from jinja2 import FunctionLoader, StrictUndefined, Template, Undefined, UndefinedError
from jinja2.sandbox import SandboxedEnvironment

from selector.errors import UserError
from selector.recommendation import model as decision_model
from selector.recommendation.decision import Decision
from selector.yaml_loader import load_documents

# The subset of Copier's features that is evaluated here exactly as Copier does.
_KEYS = {
    "type",
    "help",
    "default",
    "choices",
    "multiselect",
    "validator",
    "when",
    "ask",
}
_TYPES = {"str", "bool", "json", "yaml"}
_UNSUPPORTED_SETTINGS = ("_external_data", "_jinja_extensions", "_secret_questions")


class Tree(Protocol):
    """The files of one version of the template."""

    def read(self, path: str) -> str | None:
        """Return the text of a file, or None if it does not exist."""


class InvalidAnswerError(UserError):
    """An answer that its question does not accept."""

    def __init__(self, key: str, text: str, *, final: bool = True) -> None:
        """Name the question; `final` is false if other answers could change that."""
        super().__init__(f"{key}: {text}")
        self.key = key
        self.text = text
        self.final = final


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
    known: Mapping[str, Any]


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
            message = "It has no copier.yml, so it is not a template of Trivet."
            raise UserError(message)
        entries = {
            key: value
            for document in load_documents(text, "copier.yml", tree.read)
            for key, value in document.items()
        }
        # What Copier takes the default of the project's name from: see `start_in`.
        self.context: dict[str, Any] = {"_folder_name": ""}
        self.questions: dict[str, dict[str, Any]] = {
            k: v for k, v in entries.items() if not k.startswith("_")
        }
        _check_supported(entries)
        options = dict(entries.get("_envops", {}))
        strict = options.pop("undefined", "") == "jinja2.StrictUndefined"
        self.compiled = lru_cache(maxsize=None)(self._compile)
        self.environment = SandboxedEnvironment(
            loader=FunctionLoader(tree.read),
            extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
            undefined=StrictUndefined if strict else Undefined,
            **{"keep_trailing_newline": True, **options},
        )

    def _compile(self, text: str) -> Template:
        return self.environment.from_string(text)

    @cached_property
    def model(self) -> decision_model.Model:
        """Return the decision's data from this version of the template."""
        return decision_model.parse(self.questions["criteria"]["default"][0])

    @cached_property
    def decision(self) -> Decision:
        """Return the scoring rule from this version of the template."""
        return Decision(self.model, self.environment)

    def start_in(self, folder: str) -> None:
        """Propose a project name made from the name of the destination folder."""
        self.context["_folder_name"] = folder

    def weigh(self, weights: Mapping[str, str]) -> None:
        """Change weights of criteria for all that is asked and computed afterwards.

        Raise UserError if a criterion or a weight does not exist.
        """
        self.decision = self.decision.weighted(weights)
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
        """Raise InvalidAnswerError for invalid answers before anything is asked.

        An answer that is invalid only until another one is given is accepted.
        """
        try:
            self.answer(data)
        except InvalidAnswerError as error:
            if error.final:
                raise

    def answer(
        self, data: Mapping[str, object], ask: Ask | None = None, *, until: str = ""
    ) -> Answers:
        """Answer the questions in order: from `data`, else by `ask` or by default."""
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

    def asked(self, answers: Answers) -> list[str]:
        """Return the questions that are asked, given the answers to earlier ones."""
        names = []
        for name in answers.given:
            question = _Question(self, name, self.questions[name], answers.all)
            if question.flag("ask"):
                names.append(name)
        return names

    def summarize(self, answers: Answers) -> dict[str, tuple[str, str]]:
        """Return the title of each question that is asked, and that of its answer."""
        lines = {}
        for name in self.asked(answers):
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


def _check_supported(entries: Mapping[str, Any]) -> None:
    """Raise UserError for a feature of Copier that is not evaluated here."""
    for setting in _UNSUPPORTED_SETTINGS:
        if setting in entries:
            _reject(f"the setting `{setting}`")
    for name, details in entries.items():
        if not name.startswith("_"):
            _check_question(name, details)


def _check_question(name: str, details: object) -> None:
    if not isinstance(details, dict) or details.get("type") not in _TYPES:
        types = ", ".join(sorted(_TYPES))
        _reject(f"the question `{name}` without a type of {types}")
    for key in sorted(details.keys() - _KEYS):
        _reject(f"the key `{key}` in the question `{name}`")
    if not isinstance(details.get("when", True), bool):
        _reject(f"a condition as `when` in the question `{name}`")
    if not isinstance(details.get("multiselect", False), bool):
        _reject(f"a condition as `multiselect` in `{name}`")
    if not isinstance(details.get("choices", {}), dict | str):
        _reject(f"a list of choices in the question `{name}`")
    if "choices" in details and details["type"] != "str":
        _reject(f"choices other than texts in the question `{name}`")


def _reject(feature: str) -> NoReturn:
    message = (
        f"copier.yml: trivet does not support {feature}. Render this template with "
        "`copier copy`."
    )
    raise UserError(message)


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
        self.compiled = questionnaire.compiled
        self.name = name
        self.details = details
        self.context = context
        self.kind: str = details["type"]
        self.multiselect = bool(details.get("multiselect"))

    def render(self, value: Any, **extra: object) -> Any:  # noqa: ANN401
        if isinstance(value, list):
            return [self.render(item) for item in value]
        if not isinstance(value, str) or "{" not in value:
            return value
        try:
            return self.compiled(value).render({**self.context, **extra})
        except UndefinedError as error:
            message = f"copier.yml: the question `{self.name}` is invalid: {error}"
            raise UserError(message) from error

    def flag(self, key: str) -> bool:
        return bool(_to_bool(self.render(self.details.get(key, True))))

    def default(self) -> Any:  # noqa: ANN401
        value = self.render(self.details.get("default"))
        return self.parse_list(value) if self.multiselect else self.cast(value)

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        choices = self.details.get("choices", {})
        if isinstance(choices, str):
            choices = yaml.safe_load(self.render(choices))
        if not isinstance(choices, dict):
            _reject(f"a list of choices in the question `{self.name}`")
        return tuple(self._choice(title, entry) for title, entry in choices.items())

    def _choice(self, title: object, entry: object) -> Choice:
        """Read a choice in its short form, `title: value`, or with a validator."""
        disabled = ""
        if isinstance(entry, dict):
            if entry.keys() - {"value", "validator"}:
                _reject(f"these keys of a choice in `{self.name}`: {entry}")
            disabled = self.render(entry.get("validator", ""))
            entry = entry["value"]
        if not isinstance(entry, str):
            _reject(f"a choice in `{self.name}` that is no text: {entry}")
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
            known=self.context,
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
                value = yaml.safe_load(inner)
            except yaml.YAMLError:
                value = None
        if not isinstance(value, list):
            text = "give a list, such as api,pages or [api, pages]."
            raise InvalidAnswerError(self.name, text)
        return [self.cast(item) for item in value]

    def parse_choice(self, value: str) -> str:
        for choice in self.choices:
            if choice.value == value:
                if choice.disabled:
                    text = (
                        f"`{value}` does not fit the other answers: {choice.disabled}"
                    )
                    raise InvalidAnswerError(self.name, text, final=False)
                return value
        values = [c.value for c in self.choices]
        near = difflib.get_close_matches(value, values, n=1)
        hint = f"Did you mean `{near[0]}`? " if near else ""
        text = f"`{value}` is not offered. {hint}Choose from: {', '.join(values)}."
        raise InvalidAnswerError(self.name, text)

    def cast(self, value: Any) -> Any:  # noqa: ANN401
        if self.kind == "bool":
            result = _to_bool(value)
            if result is None:
                raise InvalidAnswerError(self.name, "answer yes or no.")
            return result
        if self.kind in {"json", "yaml"}:
            return yaml.safe_load(value) if isinstance(value, str) else value
        if isinstance(value, bool | dict | list) or value is None:
            raise InvalidAnswerError(self.name, "give a text.")
        return str(value)


def _to_bool(value: object) -> bool | None:
    if isinstance(value, bool | int | float):
        return bool(value)
    words = {
        **dict.fromkeys(["y", "yes", "t", "true", "on", "1"], True),
        **dict.fromkeys(
            ["n", "no", "f", "false", "off", "0", "none", "null", "~", ""], False
        ),
    }
    return words.get(str(value).strip().lower())
