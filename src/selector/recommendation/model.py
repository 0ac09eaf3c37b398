"""The data of the decision: criteria.yml as typed, frozen objects.

The file is described by a schema in the tests, and not checked here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Point:
    """What one answer says about one framework; `date` is when it was judged."""

    points: int
    text: str
    source: str
    date: str


@dataclass(frozen=True)
class Answer:
    """One answer to a criterion; `features` are those that a use case switches on."""

    label: str
    points: Mapping[str, Point]
    features: tuple[str, ...]


@dataclass(frozen=True)
class Criterion:
    """One question that weighs in the decision; `scale` says what its points mean."""

    title: str
    question: str
    weight: str
    scale: Mapping[int, str]
    answers: Mapping[str, Answer]


@dataclass(frozen=True)
class Framework:
    """A framework that can be recommended."""

    title: str
    python: str


@dataclass(frozen=True)
class Rule:
    """A statement about a framework, with the row that it is based on."""

    text: str
    source: str
    date: str


@dataclass(frozen=True)
class Feature:
    """A feature that a project can have.

    requires         the features that it depends on
    requires_one_of  features of which it needs one; the first one by default
    """

    title: str
    requires: tuple[str, ...]
    requires_one_of: tuple[str, ...]
    rules_out: Mapping[str, Rule]


@dataclass(frozen=True)
class Model:
    """The content of criteria.yml; `data` is the same as plain mappings, for Jinja."""

    data: Mapping[str, Any]
    frameworks: Mapping[str, Framework]
    criteria: Mapping[str, Criterion]
    features: Mapping[str, Feature]
    available_features: Mapping[str, tuple[str, ...]]
    framework_by_experience: Mapping[str, str]
    tie_break: tuple[str, ...]
    weights: Mapping[str, int]
    clear_margin: int
    verdicts: Mapping[str, str]
    implied: Mapping[str, str]
    contradictions: Mapping[str, str]
    costs: Mapping[str, Mapping[str, Rule]]


def parse_model(data: Mapping[str, Any]) -> Model:
    """Convert the content of criteria.yml."""
    return Model(
        data=data,
        frameworks={
            key: Framework(**entry) for key, entry in data["frameworks"].items()
        },
        criteria={
            name: Criterion(
                title=entry["title"],
                question=entry["question"],
                weight=entry["weight"],
                scale=dict(_parse_scale(entry["scale"])),
                answers={
                    key: Answer(
                        label=label,
                        points=dict(_parse_points(entry["answers"][key])),
                        features=_split_names(data["use_case_features"], key)
                        if name == "use_case"
                        else (),
                    )
                    for key, label in entry["labels"].items()
                },
            )
            for name, entry in data["criteria"].items()
        },
        features={
            key: Feature(
                title=title,
                requires=_split_names(data["requires"], key),
                requires_one_of=_split_names(data["requires_one_of"], key),
                rules_out=_parse_rules(data["rules_out"].get(key, {})),
            )
            for key, title in data["features"].items()
        },
        available_features={
            key: tuple(features) for key, features in data["available_features"].items()
        },
        framework_by_experience=data["framework_by_experience"],
        tie_break=tuple(data["tie_break"]),
        weights=data["weights"],
        clear_margin=data["clear_margin"],
        verdicts=data["verdicts"],
        implied=data["implied"],
        contradictions=data["contradictions"],
        costs={key: _parse_rules(entry) for key, entry in data["costs"].items()},
    )


def _parse_scale(lines: str) -> Iterator[tuple[int, str]]:
    for line in lines.splitlines():
        points, meaning = line.split(" ", 1)
        yield int(points), meaning


def _parse_points(lines: str) -> Iterator[tuple[str, Point]]:
    for line in lines.splitlines():
        framework, points, source, date, text = line.split(" ", 4)
        yield framework, Point(int(points), text, source, date)


def _parse_rules(rules: Mapping[str, str]) -> Mapping[str, Rule]:
    result = {}
    for framework, line in rules.items():
        source, date, text = line.split(" ", 2)
        result[framework] = Rule(text, source, date)
    return result


def _split_names(section: Mapping[str, str], key: str) -> tuple[str, ...]:
    return tuple(section.get(key, "").split())
