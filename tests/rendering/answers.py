"""The answers that are rendered. They are derived from the questions.

The cases are: no features, all features, each use case alone, and rows that together
have every pair of answers that is allowed. Pairs of answers that only weigh in the
decision are left out: they only change the decision record.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any, Literal

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2_ansible_filters import AnsibleCoreFiltersExtension

from tests.conftest import ROOT

# Typical answers to questions that take any text.
TEXTS = {
    "project_name": ("My Service", 'R&D: "Ada\'s" #1', "Große Bücher 世界", "class"),
    "author_name": ("", 'Ada "the" Author: #1'),
}

Answers = dict[str, Any]


class Loader(yaml.SafeLoader):
    """Read the files of the questionnaire, following `!include`."""


def include(loader: Loader, node: yaml.ScalarNode) -> object:
    path = ROOT / str(loader.construct_scalar(node))
    return yaml.safe_load(path.read_text(encoding="utf-8"))


Loader.add_constructor("!include", include)


@cache
def environment() -> Environment:
    """Return Jinja with the settings of copier.yml."""
    text = (ROOT / "copier.yml").read_text(encoding="utf-8").split("\n---\n")[0]
    options = yaml.safe_load(text)["_envops"]
    return Environment(
        loader=FileSystemLoader(ROOT),
        autoescape=False,  # noqa: S701 - the output is not HTML
        extensions=[AnsibleCoreFiltersExtension],
        **options | {"undefined": StrictUndefined},
    )


@cache
def model() -> dict[str, Any]:
    """Return the data of the decision."""
    path = ROOT / "src" / "selector" / "recommendation" / "criteria.yml"
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


@cache
def questions() -> dict[str, dict[str, Any]]:
    """Return the questions in order, without computed values."""
    asked: dict[str, dict[str, Any]] = {}
    for file in ("project", "criteria", "stack"):
        text = (ROOT / "questions" / f"{file}.yml").read_text(encoding="utf-8")
        asked |= yaml.load(text, Loader)  # noqa: S506 - a safe loader, and our own file
    return {
        key: spec
        for key, spec in asked.items()
        if spec.get("when") is not False and spec.get("ask") is not False
    }


def choices(key: str) -> tuple[Any, ...]:
    """Return the possible answers to a question."""
    spec = questions()[key]
    if spec["type"] == "bool":
        return (False, True)
    if "choices" not in spec:
        return TEXTS[key]
    given = spec["choices"]
    if isinstance(given, str):
        given = yaml.safe_load(
            environment()
            .from_string(given)
            .render(
                criteria=[model()],
                known_framework="none",
                features=[],
                recommendation={"ruled_out": {}},
            )
        )
    return tuple(
        choice["value"] if isinstance(choice, dict) else choice
        for choice in given.values()
    )


# A question and None, or a question and one of its choices if it takes several.
Factor = tuple[str, str | None]


@cache
def factors() -> dict[Factor, tuple[Any, ...]]:
    """Return each factor with its possible values."""
    found: dict[Factor, tuple[Any, ...]] = {}
    for key, spec in questions().items():
        if spec.get("multiselect"):
            found |= {(key, member): (False, True) for member in choices(key)}
        else:
            found[key, None] = choices(key)
    return found


def is_allowed(row: Mapping[Factor, Any]) -> bool:
    """Check whether these answers can be given together."""
    chosen = {row.get(("known_framework", None)), row.get(("framework", None))}
    chosen -= {None, "none"}
    if len(chosen) > 1:
        return False
    return not any(
        framework in model()["rules_out"].get(feature, {})
        for framework in chosen
        for (key, feature), on in row.items()
        if key == "features" and on
    )


Pair = tuple[tuple[Factor, Any], tuple[Factor, Any]]


def only_weighs(factor: Factor) -> bool:
    """Check whether a question only weighs in the decision.

    The use case also proposes features and extras, but each row has answers for these.
    """
    return factor[0] in model()["criteria"] and factor[0] != "features"


def allowed_pairs() -> list[Pair]:
    """Return all pairs of values that are allowed together."""
    return [
        ((first, one), (second, other))
        for first, second in combinations(factors(), 2)
        if not (only_weighs(first) and only_weighs(second))
        for one in factors()[first]
        for other in factors()[second]
        if is_allowed({first: one, second: other})
    ]


def create_rows() -> Iterator[dict[Factor, Any]]:
    """Yield rows that together have all pairs. Each row starts with a missing pair."""
    missing = dict.fromkeys(allowed_pairs())
    order = list(factors())
    while missing:
        row = dict(next(iter(missing)))
        for factor in order:
            if factor not in row:
                row[factor] = max(
                    (v for v in factors()[factor] if is_allowed({**row, factor: v})),
                    key=lambda value: sum(
                        pair in missing for pair in pairs_with(row, factor, value)
                    ),
                )
        complete = {factor: row[factor] for factor in order}
        for pair in combinations(complete.items(), 2):
            missing.pop(pair, None)
        yield complete


def pairs_with(
    row: Mapping[Factor, Any], factor: Factor, value: object
) -> Iterator[Pair]:
    """Yield the pairs of a value with the values of a row, the earlier factor first."""
    order = list(factors())
    position = order.index(factor)
    for other, chosen in row.items():
        if order.index(other) < position:
            yield (other, chosen), (factor, value)
        else:
            yield (factor, value), (other, chosen)


def as_answers(row: Mapping[Factor, Any]) -> Answers:
    """Return a row as answers, in which a question with several answers has a list."""
    answers: Answers = {}
    for (key, member), value in row.items():
        if member is None:
            answers[key] = value
        else:
            answers.setdefault(key, [])
            answers[key] += [member] if value else []
    return answers


@dataclass(frozen=True)
class Case:
    """Answers with a name, and the part of the tests in which they are rendered."""

    name: str
    answers: Answers
    part: Literal["quick", "slow", "thorough"] = "slow"


def extreme_cases() -> Iterator[Case]:
    """Yield each framework without features, and with all its features."""
    for framework in choices("framework"):
        known = {"known_framework": framework}
        without_features = known | {"features": [], "extras": []}
        yield Case(f"{framework} bare", without_features)
        complete = known | {
            "features": model()["available_features"][framework],
            "extras": [*choices("extras")],
            "database": "postgresql",
            "licence": "mit",
        }
        yield Case(f"{framework} full", complete, part="quick")


def use_cases() -> Iterator[Case]:
    """Yield each use case alone: the framework and the features follow from it."""
    for value in choices("use_case"):
        yield Case(f"use_case={value}", {"use_case": value})


@cache
def cases() -> list[Case]:
    """Return all cases."""
    pairwise = (
        Case(f"pairs {number}", as_answers(row), part="thorough")
        for number, row in enumerate(create_rows())
    )
    return [*extreme_cases(), *use_cases(), *pairwise]
