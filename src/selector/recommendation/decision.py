"""What the answers say: the recommendation, its reasons, and what would change it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from jinja2 import Environment

from selector.errors import UserError
from selector.recommendation.model import Model

RULE = "src/selector/recommendation/score.jinja"
WORDS = "src/selector/recommendation/explain.jinja"


@dataclass(frozen=True)
class Reason:
    """One point that an answer gives or takes, weighted, with the row it rests on."""

    framework: str
    criterion: str
    answer: str
    points: int
    text: str
    source: str
    date: str


@dataclass(frozen=True)
class RuledOut:
    """Why a framework cannot be had with a feature."""

    feature: str
    text: str
    source: str
    date: str


@dataclass(frozen=True)
class Contradiction:
    """Answers that pull against each other; `features!=shop` is a feature left out."""

    answers: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Flip:
    """One single answer that makes another framework the first."""

    criterion: str
    answer: str
    change: str  # `answer` for another answer; `add` or `remove` for one feature
    framework: str


@dataclass(frozen=True)
class FlippingPair:
    """Two answers that only together make another framework the first."""

    first: Flip
    second: Flip
    framework: str


@dataclass(frozen=True)
class Recommendation:
    """The decision.

    framework       the first, or where it is a tie the first of those that tie
    runner_up       the second, or None where every other is ruled out
    verdict         clear, close or tie
    rule            what the verdict means
    margin          how many points the first is ahead; None without a second
    tied            every framework with as many points as the first, itself included
    scores          points of each framework, ruled out or not
    contributions   the same points by criterion
    weights         how much each criterion counted
    reasons         every point that was given or taken, highest first
    against         what speaks against the first, then what speaks for the second
    ruled_out       the frameworks that cannot serve a feature, each with its reasons
    contradictions  answers that pull against each other
    flips           the single answers that would put another framework first
    settled_by      the open question whose answers would leave the widest lead
    coverage        how many of the questions had an answer that weighs, and which
    """

    framework: str
    runner_up: str | None
    verdict: str
    rule: str
    margin: int | None
    tied: tuple[str, ...]
    scores: Mapping[str, int]
    contributions: Mapping[str, Mapping[str, int]]
    weights: Mapping[str, str]
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    ruled_out: Mapping[str, tuple[RuledOut, ...]]
    contradictions: tuple[Contradiction, ...]
    flips: tuple[Flip, ...]
    settled_by: str | None
    coverage: Mapping[str, Any]

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Recommendation":
        """Take over what score.jinja says."""
        return cls(
            **{
                **data,
                "tied": tuple(data["tied"]),
                "reasons": tuple(Reason(**reason) for reason in data["reasons"]),
                "against": tuple(Reason(**reason) for reason in data["against"]),
                "ruled_out": {
                    framework: tuple(RuledOut(**rule) for rule in rules)
                    for framework, rules in data["ruled_out"].items()
                },
                "contradictions": tuple(
                    Contradiction(tuple(found["answers"]), found["text"])
                    for found in data["contradictions"]
                ),
                "flips": tuple(Flip(**flip) for flip in data["flips"]),
            }
        )

    def as_data(self) -> dict[str, Any]:
        """Give it as plain data, for JSON."""
        return asdict(self)

    def reasons_for(self, framework: str) -> list[Reason]:
        """Give what speaks for a framework, strongest first."""
        return [r for r in self.reasons if r.framework == framework and r.points > 0]


Answers = Mapping[str, Any]


class Decision:
    """The scoring rule, bound to one model."""

    def __init__(
        self,
        model: Model,
        environment: Environment,
        weights: Mapping[str, str] | None = None,
    ) -> None:
        """Compile the rule once; the environment is the questionnaire's.

        Other weights than the model's go by criterion. Raises UserError for a criterion
        or a weight that there is not.
        """
        self.model = model
        self.environment = environment
        self.data = _reweighted(model, weights or {})
        self._rule: Any = environment.get_template(RULE).module

    def weighted(self, weights: Mapping[str, str]) -> "Decision":
        """Give the same rule with other weights for some of the criteria."""
        return Decision(self.model, self.environment, weights)

    def recommend(self, answers: Answers) -> Recommendation:
        """Weigh the answers."""
        said = self._rule.score(self.data, answers)
        return Recommendation.from_data(json.loads(said))

    def standing(self, answers: Answers) -> Mapping[str, Any]:
        """Weigh the answers, and give no more than `scores` and `ranking`."""
        said = self._rule.standing(self.data, self._table, answers)
        standing: Mapping[str, Any] = json.loads(said)
        return standing

    def first(self, answers: Answers) -> str:
        """Weigh the answers, and give no more than the framework that comes first."""
        return str(self.standing(answers)["ranking"][0]["framework"])

    def bars(self, recommendation: Recommendation) -> str:
        """Draw the points of each criterion as bars, at most 72 characters wide."""
        words: Any = self.environment.get_template(WORDS).module
        return str(words.bars(self.data, recommendation.as_data()))

    def changes(self, answers: Answers) -> Iterator[tuple[Flip, Answers]]:
        """Give each change of one answer, with the answers after it."""
        for change in json.loads(self._rule.changes(self.data, answers)):
            after = change.pop("after")
            yield Flip(**change, framework=""), after

    def pairs(self, answers: Answers) -> Iterator[FlippingPair]:
        """Give the pairs of answers that flip it where neither does alone."""
        first = self.first(answers)
        single = [
            (change, after)
            for change, after in self.changes(answers)
            if self.first(after) == first
        ]
        harmless = {(change.criterion, change.answer) for change, _ in single}
        order = list(self.model.criteria)
        for one, after in single:
            for two, after_both in self.changes(after):
                if (two.criterion, two.answer) not in harmless:
                    continue
                here, there = order.index(one.criterion), order.index(two.criterion)
                if here > there or (here == there and one.answer >= two.answer):
                    continue
                if here == there and one.criterion != "features":
                    continue  # one question has one answer
                winner = self.first(after_both)
                if winner != first:
                    yield FlippingPair(one, two, winner)

    @cached_property
    def _table(self) -> Mapping[str, Any]:
        table: Mapping[str, Any] = json.loads(self._rule.table(self.data))
        return table


def _reweighted(model: Model, weights: Mapping[str, str]) -> Mapping[str, Any]:
    """Give the model's data with other weights for some of its criteria."""
    criteria = dict(model.data["criteria"])
    for name, weight in weights.items():
        if name not in criteria:
            known = ", ".join(criteria)
            message = f"--weight: there is no criterion `{name}`. There are: {known}."
            raise UserError(message)
        if weight not in model.weights:
            known = ", ".join(model.weights)
            message = f"--weight {name}: `{weight}` is no weight. There are: {known}."
            raise UserError(message)
        criteria[name] = {**criteria[name], "weight": weight}
    return {**model.data, "criteria": criteria}
