"""Answers to render, derived from the questions so that new ones are covered.

Nothing, everything, each use case, and every two choices that are allowed together,
unless both are answers that only weigh in the decision: these change nothing but the
decision record, and the tests of the recommendation combine them.
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

# Questions for free text have no choices. These are typical answers.
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
    """Return the possible values of a question, or of the members of a list."""
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


# (question, None), or (question, member) if the question has several answers.
Factor = tuple[str, str | None]


@cache
def factors() -> dict[Factor, tuple[Any, ...]]:
    """Return each factor with its values."""
    found: dict[Factor, tuple[Any, ...]] = {}
    for key, spec in questions().items():
        if spec.get("multiselect"):
            found |= {(key, member): (False, True) for member in choices(key)}
        else:
            found[key, None] = choices(key)
    return found


def allowed(row: Mapping[Factor, Any]) -> bool:
    """Return whether these answers can be given together."""
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


def weighs_only(factor: Factor) -> bool:
    """Return whether a question does nothing but weigh in the decision.

    The use case also proposes features and extras, but each row answers these, too.
    """
    return factor[0] in model()["criteria"] and factor[0] != "features"


def allowed_pairs() -> list[Pair]:
    """Return all pairs of values that are allowed together."""
    return [
        ((first, one), (second, other))
        for first, second in combinations(factors(), 2)
        if not (weighs_only(first) and weighs_only(second))
        for one in factors()[first]
        for other in factors()[second]
        if allowed({first: one, second: other})
    ]


def rows() -> Iterator[dict[Factor, Any]]:
    """Yield rows that cover all pairs. Each starts with the first missing pair."""
    missing = dict.fromkeys(allowed_pairs())
    order = list(factors())
    while missing:
        row = dict(next(iter(missing)))
        for factor in order:
            if factor not in row:
                row[factor] = max(
                    (v for v in factors()[factor] if allowed({**row, factor: v})),
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
    """Yield the pairs of a value with those of a row, the earlier factor first."""
    order = list(factors())
    place = order.index(factor)
    for other, chosen in row.items():
        if order.index(other) < place:
            yield (other, chosen), (factor, value)
        else:
            yield (factor, value), (other, chosen)


def as_answers(row: Mapping[Factor, Any]) -> Answers:
    """Return a row as answers, with the members of lists collected."""
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
    """Named answers, and the part of the tests in which they are rendered."""

    name: str
    answers: Answers
    part: Literal["quick", "slow", "thorough"] = "slow"


def extreme_cases() -> Iterator[Case]:
    """Yield each framework without features, and with all its features."""
    for framework in choices("framework"):
        known = {"known_framework": framework}
        bare = known | {"features": [], "extras": []}
        yield Case(f"{framework} bare", bare)
        features = model()["available_features"][framework]
        full = known | {"features": features, "database": "postgresql"}
        yield Case(f"{framework} full", full | {"licence": "mit"}, part="quick")


def use_cases() -> Iterator[Case]:
    """Yield each use case alone: the framework and the features follow from it."""
    for value in choices("use_case"):
        yield Case(f"use_case={value}", {"use_case": value})


@cache
def cases() -> list[Case]:
    """Return all cases."""
    pairwise = (
        Case(f"pairs {number}", as_answers(row), part="thorough")
        for number, row in enumerate(rows())
    )
    return [*extreme_cases(), *use_cases(), *pairwise]
