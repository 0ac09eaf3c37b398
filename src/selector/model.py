"""The decision's data: criteria.yml, loaded, checked and frozen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from selector.documents import load_yaml
from selector.errors import Refusal

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
    """What one answer says about one framework."""

    points: int
    text: str
    source: str


@dataclass(frozen=True)
class Answer:
    """One answer to a criterion; `needs` are those that a use case switches on."""

    points: Mapping[str, Point]
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Criterion:
    """One question that weighs in the decision."""

    title: str
    weight: str
    answers: Mapping[str, Answer]


@dataclass(frozen=True)
class Framework:
    """One of the frameworks that can win."""

    title: str
    python: str


@dataclass(frozen=True)
class Rule:
    """Why a framework cannot serve a need."""

    text: str
    source: str


@dataclass(frozen=True)
class Need:
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
    needs: Mapping[str, Need]
    built: Mapping[str, tuple[str, ...]]
    tie_break: tuple[str, ...]
    weights: Mapping[str, int]
    verdicts: Mapping[str, str]

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
        raise Refusal(message)

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

    def names(
        self,
        data: Mapping[str, Any],
        key: str,
        place: str,
        known: frozenset[str],
    ) -> tuple[str, ...]:
        value = self.entry(data, key, place)
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.fail(f"{place}.{key}", "expected a list of names")
        for item in value:
            if item not in known:
                self.fail(f"{place}.{key}", f"`{item}` is not known")
        return tuple(value)

    def source(self, data: Mapping[str, Any], place: str) -> str:
        source = self.text(data, "source", place)
        if source not in ROWS:
            self.fail(f"{place}.source", f"there is no row `{source}`")
        return source

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
        frameworks = self.frameworks(top)
        needs = self.needs(top)
        weights = self.numbers(top, "weights")
        model = Model(
            data=top,
            frameworks=frameworks,
            needs=needs,
            criteria=dict(self.criteria(top, frozenset(needs), weights)),
            built=self.built(top, frozenset(needs)),
            tie_break=self.names(top, "tie_break", "top level", FRAMEWORKS),
            weights=weights,
            verdicts=self.verdicts(top),
        )
        if sorted(model.tie_break) != sorted(FRAMEWORKS):
            self.fail("tie_break", f"must name each of {_list(FRAMEWORKS)} once")
        if {f for need in needs.values() for f in need.rules_out} >= FRAMEWORKS:
            self.fail("needs", "together they rule every framework out")
        return model

    def frameworks(self, top: Mapping[str, Any]) -> Mapping[str, Framework]:
        section = self.section(top, "frameworks", "top level")
        for key in FRAMEWORKS:
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

    def framework(self, key: str, place: str) -> None:
        if key not in FRAMEWORKS:
            self.fail(place, f"there is no framework `{key}`")

    def numbers(self, top: Mapping[str, Any], key: str) -> Mapping[str, int]:
        section = self.section(top, key, "top level")
        for name, value in section.items():
            if type(value) is not int or value < 0:
                self.fail(f"{key}.{name}", "expected a whole number from 0 on")
        return section

    def verdicts(self, top: Mapping[str, Any]) -> Mapping[str, str]:
        section = self.section(top, "verdicts", "top level")
        result = {}
        for key in ("clear", "close", "tie"):
            value = self.section(section, key, "verdicts")
            if type(self.entry(value, "margin", f"verdicts.{key}")) is not int:
                self.fail(f"verdicts.{key}.margin", "expected a whole number")
            result[key] = self.text(value, "text", f"verdicts.{key}")
        return result

    def criteria(
        self, top: Mapping[str, Any], needs: frozenset[str], weights: Mapping[str, int]
    ) -> Iterator[tuple[str, Criterion]]:
        scale = self.entry(top, "scale", "top level")
        if not isinstance(scale, Mapping) or not all(type(n) is int for n in scale):
            self.fail("scale", "expected whole numbers with their meaning")
        section = self.section(top, "criteria", "top level")
        for key in ("use_case", "needs"):
            self.entry(section, key, "criteria")
        for key in section:
            place = f"criteria.{key}"
            value = self.mapping(section[key], place)
            weight = self.text(value, "weight", place)
            if weight not in weights:
                self.fail(f"{place}.weight", f"expected one of {_list(weights)}")
            answers = self.section(value, "answers", place)
            if key == "needs" and set(answers) != needs:
                odd = _list(set(answers) ^ needs)
                self.fail(f"{place}.answers", f"must be those of `needs`: see {odd}")
            yield (
                key,
                Criterion(
                    title=self.text(value, "title", place),
                    weight=weight,
                    answers={
                        name: Answer(
                            points=self.points(
                                answers, name, f"{place}.answers", scale
                            ),
                            needs=self.names(
                                answers[name], "needs", f"{place}.answers.{name}", needs
                            )
                            if key == "use_case"
                            else (),
                        )
                        for name in answers
                    },
                ),
            )

    def points(
        self,
        answers: Mapping[str, Any],
        name: str,
        place: str,
        scale: Mapping[int, str],
    ) -> Mapping[str, Point]:
        answer = self.section(answers, name, place)
        section = self.section(answer, "points", f"{place}.{name}")
        result = {}
        for framework in section:
            here = f"{place}.{name}.points.{framework}"
            self.framework(framework, here)
            value = self.mapping(section[framework], here)
            points = self.entry(value, "points", here)
            if type(points) is not int or points not in scale:
                self.fail(here, f"{points} is not on the scale ({_list(scale)})")
            result[framework] = Point(
                points=points,
                text=self.text(value, "text", here),
                source=self.source(value, here),
            )
        return result

    def needs(self, top: Mapping[str, Any]) -> Mapping[str, Need]:
        section = self.section(top, "needs", "top level")
        known = frozenset(section)
        result = {}
        for key in section:
            place = f"needs.{key}"
            value = self.section(section, key, "needs")
            rules = self.section(value, "rules_out", place)
            for framework in rules:
                self.framework(framework, f"{place}.rules_out")
            result[key] = Need(
                title=self.text(value, "title", place),
                brings=self.names(value, "brings", place, known),
                shown_through=self.names(value, "shown_through", place, known),
                rules_out={
                    framework: Rule(
                        text=self.text(rule, "text", f"{place}.rules_out.{framework}"),
                        source=self.source(rule, f"{place}.rules_out.{framework}"),
                    )
                    for framework, rule in rules.items()
                },
            )
        for key, need in result.items():
            for other in need.brings:
                missing = set(result[other].brings) - {*need.brings, key}
                if missing:
                    what = f"brings `{other}`, so it must name {_list(missing)} too"
                    self.fail(f"needs.{key}.brings", what)
        return result

    def built(
        self, top: Mapping[str, Any], needs: frozenset[str]
    ) -> Mapping[str, tuple[str, ...]]:
        section = self.section(top, "built", "top level")
        for framework in section:
            self.framework(framework, "built")
        for framework in sorted(FRAMEWORKS):
            self.entry(section, framework, "built")
        return {key: self.names(section, key, "built", needs) for key in section}


def _list(items: object) -> str:
    return ", ".join(str(item) for item in sorted(items))  # type: ignore[call-overload]
