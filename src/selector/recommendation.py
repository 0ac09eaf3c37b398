"""What the answers say: the recommendation, its reasons, and what would change it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from jinja2 import Environment

from selector.errors import Refusal
from selector.model import Model

RULE = "src/selector/score.jinja"


@dataclass(frozen=True)
class Reason:
    """One point that an answer gives or takes, weighted, with the row it rests on."""

    framework: str
    criterion: str
    answer: str
    points: int
    text: str
    source: str


@dataclass(frozen=True)
class RuledOut:
    """Why a framework cannot be had with a need."""

    need: str
    text: str
    source: str


@dataclass(frozen=True)
class Flip:
    """One single answer that makes another framework the first."""

    criterion: str
    answer: str
    change: str  # `answer` for another answer; `add` or `remove` for one need
    framework: str


@dataclass(frozen=True)
class Recommendation:
    """The decision.

    framework     the first, or where it is a tie the first of those that tie
    runner_up     the second, or None where every other is ruled out
    verdict       clear, close or tie; the margins stand in criteria.yml
    margin        how many points the first is ahead; None without a second
    tied          every framework with as many points as the first, itself included
    scores        points of each framework, ruled out or not
    contributions the same points by criterion
    reasons       every point that was given or taken, highest first
    against       what speaks against the first, then what speaks for the second
    ruled_out     the frameworks that cannot serve a need, each with its reasons
    coverage      how many of the questions had an answer that weighs, and which
    flips         the single answers that would put another framework first
    """

    framework: str
    runner_up: str | None
    verdict: str
    margin: int | None
    tied: tuple[str, ...]
    scores: Mapping[str, int]
    contributions: Mapping[str, Mapping[str, int]]
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    ruled_out: Mapping[str, tuple[RuledOut, ...]]
    coverage: Mapping[str, Any]
    flips: tuple[Flip, ...] = field(default=())

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

    def __init__(self, model: Model, environment: Environment) -> None:
        """Compile the rule once; the environment is the questionnaire's."""
        self.model = model
        self._score = environment.get_template(RULE).module.score  # type: ignore[attr-defined]

    def weighted(self, weights: Mapping[str, str]) -> "Decision":
        """Give the same rule with other weights for some of the criteria."""
        criteria = dict(self.model.data["criteria"])
        for name, weight in weights.items():
            if name not in criteria:
                known = ", ".join(criteria)
                message = (
                    f"--weight: there is no criterion `{name}`. There are: {known}."
                )
                raise Refusal(message)
            if weight not in self.model.weights:
                known = ", ".join(self.model.weights)
                message = (
                    f"--weight {name}: `{weight}` is no weight. There are: {known}."
                )
                raise Refusal(message)
            criteria[name] = {**criteria[name], "weight": weight}
        other = object.__new__(Decision)
        other.model = replace(
            self.model, data={**self.model.data, "criteria": criteria}
        )
        other._score = self._score
        return other

    def recommend(self, answers: Answers) -> Recommendation:
        """Weigh the answers, without looking for what would change the result."""
        return Recommendation.from_data(self._evaluate(answers))

    def explain(self, answers: Answers) -> Recommendation:
        """Weigh the answers and find the single answers that would change it."""
        recommendation = self.recommend(answers)
        flips = tuple(
            replace(flip, framework=winner)
            for flip, changed in self.single_changes(answers)
            if (winner := self._evaluate(changed)["framework"])
            != recommendation.framework
        )
        return replace(recommendation, flips=flips)

    def single_changes(self, answers: Answers) -> Iterator[tuple[Flip, Answers]]:
        """Give each change of one answer, with the answers after it.

        A need added or removed is one answer. Needs that are just those of the use case
        follow it, as they do in the questionnaire.
        """
        use_cases = self.model.criteria["use_case"].answers
        follow = set(answers["needs"]) == set(use_cases[answers["use_case"]].needs)
        for name, criterion in self.model.criteria.items():
            for answer in criterion.answers:
                if name == "needs":
                    given = list(answers["needs"])
                    on = answer in given
                    changed = (
                        [n for n in given if n != answer] if on else [*given, answer]
                    )
                    flip = Flip(name, answer, "remove" if on else "add", "")
                    yield flip, {**answers, "needs": changed}
                elif answer != answers[name]:
                    after = {**answers, name: answer}
                    if name == "use_case" and follow:
                        after["needs"] = list(use_cases[answer].needs)
                    yield Flip(name, answer, "answer", ""), after

    def _evaluate(self, answers: Answers) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(self._score(self.model.data, answers))
        return result
