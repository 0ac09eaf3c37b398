"""The decision's data: criteria.yml, loaded, checked and frozen."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from selector.errors import UserError
from selector.yaml_loader import load_yaml

FRAMEWORKS = frozenset({"django", "flask", "fastapi"})

# The rows of docs/reference/criteria.md that a reason can rest on.
ROWS = frozenset(
    {f"U{n}" for n in range(1, 14)}  # use cases
    | {f"T{n}" for n in range(1, 14)}  # the comparison table
    | {f"F{n}" for n in range(1, 20)}  # features
    | {f"P{n}" for n in range(1, 4)}  # pros and cons
    | {"D"}  # what the decision rests on
)


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

    points: Mapping[str, Point]
    features: tuple[str, ...]


@dataclass(frozen=True)
class Criterion:
    """One question that weighs in the decision; `scale` says what its points mean."""

    title: str
    weight: str
    scale: Mapping[int, str]
    answers: Mapping[str, Answer]


@dataclass(frozen=True)
class Framework:
    """One of the frameworks that can win."""

    title: str
    python: str


@dataclass(frozen=True)
class Rule:
    """Why a framework cannot serve a feature."""

    text: str
    source: str
    date: str


@dataclass(frozen=True)
class Feature:
    """A part that a project may have."""

    title: str
    brings: tuple[str, ...]
    shown_through: tuple[str, ...]
    rules_out: Mapping[str, Rule]


@dataclass(frozen=True)
class Model:
    """The content of criteria.yml; `data` is the same as plain mappings, for Jinja."""

    data: Mapping[str, Any]
    frameworks: Mapping[str, Framework]
    criteria: Mapping[str, Criterion]
    features: Mapping[str, Feature]
    built: Mapping[str, tuple[str, ...]]
    tie_break: tuple[str, ...]
    weights: Mapping[str, int]
    clear_from: int
    verdicts: Mapping[str, str]
    contradictions: Mapping[str, str]

    def __hash__(self) -> int:
        """Tell models apart by identity: there are never many."""
        return id(self)


def load(text: str, name: str = "criteria.yml") -> Model:
    """Read the decision's data; anything wrong in it is refused by its place."""
    return parse(load_yaml(text, name), name)


def parse(data: object, name: str = "criteria.yml") -> Model:
    """Check the parsed data and freeze it."""
    return _Parser(name).model(data)


class _Parser:
    """Walks through the data; every message begins with the place it speaks of."""

    def __init__(self, name: str) -> None:
        self.name = name

    def fail(self, place: str, what: str) -> NoReturn:
        message = f"{self.name}: {place}: {what}"
        raise UserError(message)

    def mapping(self, value: object, place: str) -> Mapping[str, Any]:
        if not isinstance(value, Mapping) or not all(isinstance(k, str) for k in value):
            self.fail(place, "expected named entries")
        return value

    def entry(self, data: Mapping[str, Any], key: str, place: str) -> Any:  # noqa: ANN401
        if key not in data:
            self.fail(place, f"`{key}` is missing")
        return data[key]

    def section(
        self, data: Mapping[str, Any], key: str, place: str
    ) -> Mapping[str, Any]:
        inner = f"{place}.{key}" if place != "top level" else key
        return self.mapping(self.entry(data, key, place), inner)

    def text(self, data: Mapping[str, Any], key: str, place: str) -> str:
        value = self.entry(data, key, place)
        if not isinstance(value, str) or not value.strip():
            self.fail(f"{place}.{key}", "expected a text")
        return value

    def number(self, data: Mapping[str, Any], key: str, place: str) -> int:
        value = self.entry(data, key, place)
        if type(value) is not int or value < 0:
            self.fail(
                f"{place}.{key}".removeprefix("top level."),
                "expected a whole number from 0 on",
            )
        return value

    def names(
        self, value: object, place: str, known: Collection[str]
    ) -> tuple[str, ...]:
        """Take a list of names, or a text with spaces between them."""
        found = value.split() if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(v, str) for v in found):
            self.fail(place, "expected names")
        for item in found:
            if item not in known:
                self.fail(place, f"`{item}` is not known")
        return tuple(found)

    def framework(self, key: str, place: str) -> None:
        if key not in FRAMEWORKS:
            self.fail(place, f"there is no framework `{key}`")

    def row_and_month(self, row: str, month: str, place: str) -> None:
        if row not in ROWS:
            self.fail(place, f"there is no row `{row}`")
        if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
            self.fail(place, f"`{month}` is no month such as 2026-11")

    def no_jinja(self, value: object, place: str) -> None:
        if isinstance(value, str):
            if any(mark in value for mark in ("{{", "{%", "{#")):
                self.fail(place, "holds Jinja, which is not evaluated here")
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                self.no_jinja(key, f"{place}.{key}")
                self.no_jinja(inner, f"{place}.{key}")
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                self.no_jinja(inner, f"{place}[{number}]")

    def model(self, data: object) -> Model:
        top = self.mapping(data, "top level")
        for key, value in top.items():
            self.no_jinja(value, key)
        features = self.features(top)
        weights = {
            name: self.number(
                self.section(top, "weights", "top level"), name, "weights"
            )
            for name in self.section(top, "weights", "top level")
        }
        verdicts = self.section(top, "verdicts", "top level")
        tie_break = self.entry(top, "tie_break", "top level")
        model = Model(
            data=top,
            frameworks=self.frameworks(top),
            features=features,
            criteria=dict(self.criteria(top, features, weights)),
            built=self.built(top, features),
            tie_break=self.names(tie_break, "tie_break", FRAMEWORKS),
            weights=weights,
            clear_from=self.number(top, "clear_from", "top level"),
            verdicts={
                key: self.text(verdicts, key, "verdicts")
                for key in ("clear", "close", "tie")
            },
            contradictions=self.section(top, "contradictions", "top level"),
        )
        if sorted(model.tie_break) != sorted(FRAMEWORKS):
            self.fail("tie_break", f"must name each of {_list(FRAMEWORKS)} once")
        if {
            f for feature in features.values() for f in feature.rules_out
        } >= FRAMEWORKS:
            self.fail("rules_out", "together they rule every framework out")
        for rule in model.contradictions:
            self.contradiction(rule, model)
        return model

    def frameworks(self, top: Mapping[str, Any]) -> Mapping[str, Framework]:
        section = self.section(top, "frameworks", "top level")
        for key in sorted(FRAMEWORKS):
            self.entry(section, key, "frameworks")
        result = {}
        for key in section:
            self.framework(key, "frameworks")
            place = f"frameworks.{key}"
            value = self.mapping(section[key], place)
            result[key] = Framework(
                title=self.text(value, "title", place),
                python=self.text(value, "python", place),
            )
        return result

    def criteria(
        self,
        top: Mapping[str, Any],
        features: Collection[str],
        weights: Collection[str],
    ) -> Iterator[tuple[str, Criterion]]:
        section = self.section(top, "criteria", "top level")
        comes_with = self.section(top, "comes_with", "top level")
        for key in ("use_case", "features"):
            self.entry(section, key, "criteria")
        for key in section:
            place = f"criteria.{key}"
            value = self.mapping(section[key], place)
            weight = self.text(value, "weight", place)
            if weight not in weights:
                self.fail(f"{place}.weight", f"expected one of {_list(weights)}")
            answers = self.section(value, "answers", place)
            same, name = {
                "features": (features, "features"),
                "use_case": (comes_with, "comes_with"),
            }.get(key, (answers, ""))
            if odd := set(answers) ^ set(same):
                self.fail(
                    f"{place}.answers",
                    f"must be those of `{name}`: see {_list(odd)}",
                )
            scale = self.scale(value, place)
            yield (
                key,
                Criterion(
                    title=self.text(value, "title", place),
                    weight=weight,
                    scale=scale,
                    answers={
                        answer: Answer(
                            points=dict(
                                self.points(
                                    answers[answer], f"{place}.answers.{answer}", scale
                                )
                            ),
                            features=self.names(
                                comes_with[answer], f"comes_with.{answer}", features
                            )
                            if key == "use_case"
                            else (),
                        )
                        for answer in answers
                    },
                ),
            )

    def scale(self, criterion: Mapping[str, Any], place: str) -> Mapping[int, str]:
        result = {}
        for line in self.text(criterion, "scale", place).splitlines():
            points, _, meaning = line.partition(" ")
            if not re.fullmatch(r"[+-]\d", points) or not meaning.strip():
                self.fail(
                    f"{place}.scale", f"expected points and their meaning, not `{line}`"
                )
            result[int(points)] = meaning
        return result

    def points(
        self, lines: object, place: str, scale: Mapping[int, str]
    ) -> Iterator[tuple[str, Point]]:
        if not isinstance(lines, str):
            self.fail(place, "expected a line for each framework")
        seen = set()
        for line in lines.splitlines():
            words = line.split(" ", 4)
            self.framework(words[0], place)
            here = f"{place}.{words[0]}"
            if words[0] in seen:
                self.fail(here, "has two lines")
            seen.add(words[0])
            if len(words) < 5 or not words[4].strip():  # noqa: PLR2004 - as named below
                what = f"expected points, row, month and reason, not `{line}`"
                self.fail(here, what)
            _, points, row, month, text = words
            if not re.fullmatch(r"[+-]\d+", points) or int(points) not in scale:
                anchors = ", ".join(f"{anchor:+d}" for anchor in scale)
                self.fail(here, f"{points} is not on the scale ({anchors})")
            self.row_and_month(row, month, here)
            yield words[0], Point(int(points), text, row, month)

    def features(self, top: Mapping[str, Any]) -> Mapping[str, Feature]:
        titles = self.section(top, "features", "top level")
        parts = {
            name: self.section(top, name, "top level")
            for name in ("brings", "shown_through", "rules_out")
        }
        for name, section in parts.items():
            self.names(list(section), name, titles)
        result = {
            key: Feature(
                title=self.text(titles, key, "features"),
                brings=self.names(
                    parts["brings"].get(key, ""), f"brings.{key}", titles
                ),
                shown_through=self.names(
                    parts["shown_through"].get(key, ""), f"shown_through.{key}", titles
                ),
                rules_out=dict(
                    self.rules(parts["rules_out"].get(key, {}), f"rules_out.{key}")
                ),
            )
            for key in titles
        }
        for key, feature in result.items():
            for other in feature.brings:
                missing = set(result[other].brings) - {*feature.brings, key}
                if missing:
                    what = f"brings `{other}`, so it must name {_list(missing)} too"
                    self.fail(f"brings.{key}", what)
        return result

    def rules(self, section: object, place: str) -> Iterator[tuple[str, Rule]]:
        rules = self.mapping(section, place)
        for framework in rules:
            self.framework(framework, place)
            here = f"{place}.{framework}"
            words = self.text(rules, framework, place).split(" ", 2)
            if len(words) < 3:  # noqa: PLR2004 - as named below
                self.fail(here, "expected row, month and reason")
            self.row_and_month(words[0], words[1], here)
            yield framework, Rule(words[2], words[0], words[1])

    def contradiction(self, rule: str, model: Model) -> None:
        place = f"contradictions.{rule}"
        self.text(model.contradictions, rule, "contradictions")
        for condition in rule.split():
            found = re.fullmatch(r"(\w+)(!?)=(\w+)", condition)
            if not found or (found[2] and found[1] != "features"):
                self.fail(place, f"`{condition}` is no answer such as size=large")
            if found[1] not in model.criteria:
                self.fail(place, f"there is no criterion `{found[1]}`")
            if found[3] not in model.criteria[found[1]].answers:
                self.fail(place, f"`{found[3]}` is no answer to {found[1]}")

    def built(
        self, top: Mapping[str, Any], features: Collection[str]
    ) -> Mapping[str, tuple[str, ...]]:
        section = self.section(top, "built", "top level")
        for framework in section:
            self.framework(framework, "built")
        for framework in sorted(FRAMEWORKS):
            self.entry(section, framework, "built")
        return {
            key: self.names(section[key], f"built.{key}", features) for key in section
        }


def _list(items: Iterable[str]) -> str:
    return ", ".join(sorted(items))
