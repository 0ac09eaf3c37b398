"""The questions of copier.yml, evaluated as Copier evaluates them."""

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Protocol

import yaml
from jinja2 import FunctionLoader, StrictUndefined, Template, Undefined, UndefinedError
from jinja2.sandbox import SandboxedEnvironment

from selector.errors import Refusal
from selector.recommendation import model as decision_model
from selector.recommendation.decision import Decision
from selector.yaml_loader import documents


class Tree(Protocol):
    """The files of one version of the template."""

    def read(self, path: str) -> str | None:
        """Give the text of a file, or None where there is no such file."""


class BadAnswer(Refusal):
    """An answer that its question does not take."""

    def __init__(self, key: str, text: str, *, final: bool = True) -> None:
        """Name the question; not `final` is what other answers might still change."""
        super().__init__(f"{key}: {text}")
        self.text = text
        self.final = final


@dataclass(frozen=True)
class Choice:
    """An answer that a question offers; `refused` says why it cannot be taken."""

    title: str
    value: str
    refused: str


@dataclass(frozen=True)
class Prompt:
    """A question that is ready to be asked."""

    name: str
    kind: str
    message: str
    default: Any
    choices: tuple[Choice, ...]
    several: bool
    parse: Callable[[object], Any]
    known: Mapping[str, Any]


@dataclass
class Answers:
    """What was answered, and what follows from it."""

    given: dict[str, Any] = field(default_factory=dict)
    computed: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, Any]:
        """Give answers and computed values together."""
        return {**self.given, **self.computed}

    @property
    def changed(self) -> dict[str, Any]:
        """Give the answers that differ from what their question proposed."""
        return {k: v for k, v in self.given.items() if v != self.defaults[k]}


Ask = Callable[[Prompt], Any]


class Questionnaire:
    """The questions of one version of the template."""

    def __init__(self, tree: Tree) -> None:
        """Read copier.yml and what it includes."""
        text = tree.read("copier.yml")
        if text is None:
            message = "There is no copier.yml in it, so it is not a template of Trivet."
            raise Refusal(message)
        entries = {
            key: value
            for document in documents(text, "copier.yml", tree.read)
            for key, value in document.items()
        }
        # What Copier takes the default of the project's name from: see `start_in`.
        self.context: dict[str, Any] = {"_folder_name": ""}
        self.settings = {k: v for k, v in entries.items() if k.startswith("_")}
        self.questions: dict[str, dict[str, Any]] = {
            k: v if isinstance(v, dict) else {"default": v}
            for k, v in entries.items()
            if not k.startswith("_")
        }
        options = dict(self.settings.get("_envops", {}))
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
        """Give the decision's data as this version of the template has it."""
        data = self.questions["criteria"]["default"][0]
        if "costs" not in data:  # before 0.3.0
            message = (
                "This version of the template is older than this version of trivet. "
                "Leave out --ref, or render it with `copier copy --vcs-ref`."
            )
            raise Refusal(message)
        return decision_model.parse(data)

    @cached_property
    def decision(self) -> Decision:
        """Give the scoring rule as this version of the template has it."""
        return Decision(self.model, self.environment)

    def start_in(self, folder: str) -> None:
        """Propose a project name made from the name of the destination folder."""
        self.context["_folder_name"] = folder

    def weigh(self, weights: Mapping[str, str]) -> None:
        """Let criteria weigh otherwise, in all that is asked and computed from now on.

        Raises Refusal for a criterion or a weight that there is not.
        """
        self.decision = self.decision.weighted(weights)
        self.questions["criteria"]["default"] = [self.decision.data]

    @property
    def keys(self) -> list[str]:
        """Give the questions that can be answered."""
        return [k for k, q in self.questions.items() if _answerable(q)]

    @property
    def criteria(self) -> list[str]:
        """Give the questions that weigh in the decision."""
        return [k for k in self.keys if k in self.model.criteria]

    def excluded(self, answers: Answers, operation: str) -> list[str]:
        """Give what a project with these answers does not get, as gitignore patterns.

        operation  `copy` for a new project, `update` for a living one
        """
        context = {**answers.all, "_copier_operation": operation}
        rendered = _Question(self, "_exclude", {}, context).render
        return list(filter(None, rendered(self.settings.get("_exclude", []))))

    def left_out(self, answers: Answers, excluded: Iterable[str]) -> Iterator[str]:
        """Give what is not needed for that, as gitignore patterns for the repository.

        A pattern with a `!` takes in again what one before it left out.
        """
        rendered = _Question(self, "_subdirectory", {}, answers.all).render
        place = f"/{rendered(self.settings.get('_subdirectory', ''))}".rstrip("/")
        if place:
            yield f"{place.rpartition('/')[0]}/*/"
            yield f"!{place}/"
        for pattern in excluded:
            if pattern.startswith("/"):
                yield place + pattern

    def check_keys(self, data: Collection[str]) -> None:
        """Refuse answers to questions that do not exist."""
        for key in data:
            if key in self.keys:
                continue
            if key in self.questions:
                message = (
                    f"{key}: this is worked out from the answers and cannot be given."
                )
                raise Refusal(message)
            near = difflib.get_close_matches(key, self.keys, n=1, cutoff=0.5)
            hint = (
                f"Did you mean `{near[0]}`?"
                if near
                else f"The questions are: {', '.join(self.keys)}."
            )
            message = f"There is no question `{key}`. {hint}"
            raise Refusal(message)

    def check(self, data: Mapping[str, object]) -> None:
        """Refuse bad answers before anything is asked.

        What an answer that is still to come may allow is let through.
        """
        try:
            self.answer(data)
        except BadAnswer as error:
            if error.final:
                raise

    def answer(
        self, data: Mapping[str, object], ask: Ask | None = None, *, until: str = ""
    ) -> Answers:
        """Go through the questions: given answers first, then `ask`, else defaults."""
        answers = Answers()
        for name, details in self.questions.items():
            context = {**self.context, **answers.all}
            question = _Question(self, name, details, context)
            if not _answerable(details) or not question.flag("when"):
                if "default" in details:
                    answers.computed[name] = question.default()
            else:
                answers.given[name] = self._one(question, data, ask, answers.defaults)
            if name == until:
                break
        return answers

    def in_words(self, answers: Answers) -> list[tuple[str, str]]:
        """Give the answers to what was to be answered, as a person would say them."""
        told = []
        for name, given in answers.given.items():
            question = _Question(self, name, self.questions[name], answers.all)
            if question.kind == "bool" or not question.flag("ask"):
                continue
            titles = {choice.value: choice.title for choice in question.choices}
            values = given if question.several else [given]
            said = "; ".join(titles.get(value, str(value)) for value in values)
            told.append((name.replace("_", " ").capitalize(), said or "none"))
        return told

    def _one(
        self,
        question: "_Question",
        data: Mapping[str, object],
        ask: Ask | None,
        defaults: dict[str, Any],
    ) -> Any:  # noqa: ANN401 - an answer can be anything
        name = question.name
        default = defaults[name] = question.default()
        if question.several:
            defaults[name] = [c.value for c in question.choices if c.value in default]
        if name in data:
            return question.parse(data[name])
        if ask and question.flag("ask"):
            return question.parse(ask(question.prompt(default)))
        return question.parse(default)


def _answerable(details: Mapping[str, Any]) -> bool:
    """Tell a question from a value that is worked out or kept between updates."""
    return details.get("when") is not False and details.get("ask") is not False


class _Question:
    """One question in the light of the answers before it."""

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
        self.kind = self.render(details.get("type", "yaml"))
        self.several = bool(details.get("multiselect"))

    def render(self, value: Any, **extra: object) -> Any:  # noqa: ANN401
        if isinstance(value, list):
            return [self.render(item) for item in value]
        if not isinstance(value, str) or "{" not in value:
            return value
        try:
            return self.compiled(value).render({**self.context, **extra})
        except UndefinedError as error:
            message = f"{self.name}: the template asks this question wrongly: {error}"
            raise Refusal(message) from error

    def flag(self, key: str) -> bool:
        return bool(_to_bool(self.render(self.details.get(key, True))))

    def default(self) -> Any:  # noqa: ANN401
        value = self.render(self.details.get("default"))
        return self.listed(value) if self.several else self.cast(value)

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        choices = self.details.get("choices", {})
        if isinstance(choices, str):
            choices = yaml.safe_load(self.render(choices))
        result = []
        for title, value in choices.items():
            refused = ""
            if isinstance(value, dict):
                refused = self.render(value.get("validator", ""))
                value = value["value"]  # noqa: PLW2901 - the short form of the same
            result.append(Choice(str(self.render(title)), self.render(value), refused))
        return tuple(result)

    def prompt(self, default: Any) -> Prompt:  # noqa: ANN401
        return Prompt(
            name=self.name,
            kind=self.kind,
            message=str(self.render(self.details.get("help", self.name))).strip(),
            default=default,
            choices=self.choices,
            several=self.several,
            parse=self.parse,
            known=self.context,
        )

    def parse(self, value: object) -> Any:  # noqa: ANN401
        """Take an answer in, or say what is wrong with it."""
        if self.several:
            items = [self.choice(item) for item in self.listed(value)]
            answer: Any = [c.value for c in self.choices if c.value in items]
        else:
            answer = self.cast(value)
            if self.choices:
                answer = self.choice(answer)
        complaint = self.render(
            self.details.get("validator", ""), **{self.name: answer}
        )
        if complaint := complaint.strip():
            raise BadAnswer(self.name, complaint)
        return answer

    def listed(self, value: object) -> list[str]:
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
            raise BadAnswer(self.name, text)
        return [self.cast(item) for item in value]

    def choice(self, value: str) -> str:
        for choice in self.choices:
            if choice.value == value:
                if choice.refused:
                    text = f"`{value}` does not fit the other answers: {choice.refused}"
                    raise BadAnswer(self.name, text, final=False)
                return value
        values = [c.value for c in self.choices]
        near = difflib.get_close_matches(value, values, n=1)
        hint = f"Did you mean `{near[0]}`? " if near else ""
        text = f"`{value}` is not offered. {hint}Choose from: {', '.join(values)}."
        raise BadAnswer(self.name, text)

    def cast(self, value: Any) -> Any:  # noqa: ANN401
        if self.kind == "bool":
            result = _to_bool(value)
            if result is None:
                raise BadAnswer(self.name, "answer yes or no.")
            return result
        if self.kind in {"json", "yaml"}:
            return yaml.safe_load(value) if isinstance(value, str) else value
        if isinstance(value, bool | dict | list) or value is None:
            raise BadAnswer(self.name, "expected a text.")
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
