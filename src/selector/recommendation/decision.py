"""The recommendation, its reasons, and the answers that would change it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from jinja2 import Environment

from selector.errors import UserError
from selector.recommendation.model import Model

RULE = "src/selector/recommendation/score.jinja"
FLIPS = "src/selector/recommendation/flips.jinja"
WORDS = "src/selector/recommendation/explain.jinja"

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Reason:
    """Weighted points that an answer gives to a framework, with their source."""

    framework: str
    criterion: str
    answer: str
    points: int
    text: str
    source: str
    date: str


@dataclass(frozen=True)
class RuledOut:
    """Why a framework cannot serve a feature."""

    feature: str
    text: str
    source: str
    date: str


@dataclass(frozen=True)
class Contradiction:
    """Answers that contradict each other; `features!=shop` is a feature left out."""

    answers: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Flip:
    """One answer that would put another framework first."""

    criterion: str
    answer: str
    change: str  # `answer` for another answer; `add` or `remove` for one feature
    framework: str


@dataclass(frozen=True)
class FlippingPair:
    """Two answers that put another framework first, but only together."""

    first: Flip
    second: Flip
    framework: str


@dataclass(frozen=True)
class Recommendation:
    """The decision.

    framework       the first of the ranking, or the one that was chosen in advance
    runner_up       the next of the ranking, or None if all others are ruled out
    verdict         clear, close, tie or chosen
    rule            what the verdict means
    margin          how many points the first is ahead; None without a runner-up, or if
                    the framework was chosen in advance
    ranking         the frameworks that are not ruled out, best first
    tied            every framework with as many points as the first of the ranking
    scores          points of each framework, ruled out or not
    contributions   the same points by criterion
    weights         how much each criterion counted
    reasons         all points that were added or subtracted, highest first
    against         the points that were subtracted from the first, strongest first
    ruled_out       the frameworks that cannot serve a feature, each with its reasons
    contradictions  answers that contradict each other
    coverage        how many of the questions were answered, and which
    answers         the answers that the decision is based on
    flips           single answers that would put another framework first
    most_informative_question
                    the open question whose answers would, on average, leave the widest
                    lead; None if no answer would widen it
    """

    framework: str
    runner_up: str | None
    verdict: str
    rule: str
    margin: int | None
    ranking: tuple[str, ...]
    tied: tuple[str, ...]
    scores: Mapping[str, int]
    contributions: Mapping[str, Mapping[str, int]]
    weights: Mapping[str, str]
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...]
    ruled_out: Mapping[str, tuple[RuledOut, ...]]
    contradictions: tuple[Contradiction, ...]
    coverage: Mapping[str, Any]
    answers: Answers
    flips: tuple[Flip, ...]
    most_informative_question: str | None

    def as_data(self) -> dict[str, Any]:
        """Return the decision as plain data, for JSON."""
        return asdict(self)

    def reasons_for(self, framework: str) -> list[Reason]:
        """Return what speaks for a framework, strongest first."""
        return [r for r in self.reasons if r.framework == framework and r.points > 0]


class Decision:
    """The scoring rule, bound to one model."""

    def __init__(
        self,
        model: Model,
        environment: Environment,
        weights: Mapping[str, str] | None = None,
    ) -> None:
        """Compile the rule, with other weights than the model's for some criteria.

        Raises UserError for an unknown criterion or weight.
        """
        self.model = model
        self.environment = environment
        self.data = _replace_weights(model, weights or {})
        self._rule: Any = environment.get_template(RULE).module

    def with_weights(self, weights: Mapping[str, str]) -> "Decision":
        """Return the same rule with other weights for some criteria."""
        return Decision(self.model, self.environment, weights)

    def recommend(self, answers: Answers, *, with_flips: bool = True) -> Recommendation:
        """Weigh the answers, and for the flips every other answer too."""
        answers = {"known_framework": "none", **answers}
        found: dict[str, Any] = {}
        self._rule.decide(self.data, answers, found)
        chosen = found["verdict"] == "chosen"
        return Recommendation(
            **{
                **found,
                "ranking": tuple(found["ranking"]),
                "tied": tuple(found["tied"]),
                "reasons": tuple(Reason(**reason) for reason in found["reasons"]),
                "against": tuple(Reason(**reason) for reason in found["against"]),
                "ruled_out": {
                    framework: tuple(RuledOut(**rule) for rule in rules)
                    for framework, rules in found["ruled_out"].items()
                },
                "contradictions": tuple(
                    Contradiction(tuple(entry["answers"]), entry["text"])
                    for entry in found["contradictions"]
                ),
            },
            flips=tuple(self.find_flips(answers)) if with_flips and not chosen else (),
            most_informative_question=None
            if chosen
            else self._find_informative_question(found),
        )

    def rank(self, answers: Answers) -> Mapping[str, Any]:
        """Weigh the answers, and return only `scores`, `ranking` and `reasons`."""
        found: dict[str, Any] = {}
        self._rule.rank(self.data, answers, found)
        return found

    def find_first(self, answers: Answers) -> str:
        """Weigh the answers, and return only the framework that comes first."""
        return str(self.rank(answers)["ranking"][0])

    def draw_bars(self, recommendation: Recommendation) -> str:
        """Draw the points of each criterion as bars, at most 72 characters wide."""
        words: Any = self.environment.get_template(WORDS).module
        return str(words.bars(self.data, recommendation.as_data()))

    def list_changes(self, answers: Answers) -> Iterator[tuple[Flip, Answers]]:
        """Yield each change of one answer, with the answers after it."""
        found: list[dict[str, Any]] = []
        self._flips.changes(self.data, answers, found)
        for change in found:
            after = change.pop("after")
            yield Flip(**change, framework=""), after

    def find_flips(self, answers: Answers) -> Iterator[Flip]:
        """Yield the single answers that would put another framework first."""
        found: list[dict[str, str]] = []
        self._flips.flips(self.data, answers, found)
        for flip in found:
            yield Flip(**flip)

    def find_pairs(self, answers: Answers) -> Iterator[FlippingPair]:
        """Yield the pairs of answers that flip the decision only together."""
        first = self.find_first(answers)
        single = [
            (change, after)
            for change, after in self.list_changes(answers)
            if self.find_first(after) == first
        ]
        harmless = {(change.criterion, change.answer) for change, _ in single}
        order = list(self.model.criteria)
        for one, after in single:
            for two, after_both in self.list_changes(after):
                if (two.criterion, two.answer) not in harmless:
                    continue
                here, there = order.index(one.criterion), order.index(two.criterion)
                if here > there or (here == there and one.answer >= two.answer):
                    continue
                if here == there and one.criterion != "features":
                    continue  # one question has one answer
                winner = self.find_first(after_both)
                if winner != first:
                    yield FlippingPair(one, two, winner)

    @property
    def _flips(self) -> Any:  # noqa: ANN401 - the macros of a template are untyped
        return self.environment.get_template(FLIPS).module

    def _find_informative_question(self, found: Mapping[str, Any]) -> str | None:
        """Return the open question whose answers would leave the widest lead.

        A lead is the mean over the answers that give points. The features are left out:
        their default follows the use case, so they are never open.
        """
        scores = {key: found["scores"][key] for key in found["ranking"]}
        if len(scores) == 1:
            return None
        widest, question = float(found["margin"]), None
        for name in sorted(self.model.criteria):
            if name in found["coverage"]["criteria"] or name == "features":
                continue
            weight = self.model.weights[self.data["criteria"][name]["weight"]]
            leads = [
                _compute_lead(
                    score
                    + weight
                    * (answer.points[key].points if key in answer.points else 0)
                    for key, score in scores.items()
                )
                for answer in self.model.criteria[name].answers.values()
                if answer.points
            ]
            mean = sum(leads) / len(leads)
            if mean > widest:
                widest, question = mean, name
        return question


def _compute_lead(scores: Iterator[int]) -> int:
    """Return how far the highest score is ahead of the next."""
    *_, second, first = sorted(scores)
    return first - second


def _replace_weights(model: Model, weights: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the model's data with other weights for some of its criteria."""
    criteria = dict(model.data["criteria"])
    for name, weight in weights.items():
        if name not in criteria:
            known = ", ".join(criteria)
            message = f"--weight: there is no criterion `{name}`. Choose from: {known}."
            raise UserError(message)
        if weight not in model.weights:
            known = ", ".join(model.weights)
            message = (
                f"--weight {name}: `{weight}` is not a weight. Choose from: {known}."
            )
            raise UserError(message)
        criteria[name] = {**criteria[name], "weight": weight}
    return {**model.data, "criteria": criteria}
