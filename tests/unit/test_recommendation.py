"""The decision: table U, its properties, and what would change it."""

import random
from collections.abc import Mapping
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from selector import model as decision_model
from selector.errors import Refusal
from selector.questionnaire import Questionnaire
from selector.recommendation import Decision
from selector.template import PackageTree

QUESTIONNAIRE = Questionnaire(PackageTree())
DECISION = QUESTIONNAIRE.decision
MODEL = QUESTIONNAIRE.model
FRAMEWORKS = sorted(MODEL.frameworks)

Answers = dict[str, Any]


def alone(use_case: str, **others: object) -> Answers:
    """Answer nothing but the use case."""
    answers = dict.fromkeys(MODEL.criteria, "no_preference")
    needs = list(MODEL.criteria["use_case"].answers[use_case].needs)
    return {**answers, "use_case": use_case, "needs": needs, **others}


def all_answers() -> st.SearchStrategy[Answers]:
    fields: dict[str, st.SearchStrategy[Any]] = {
        name: st.sampled_from(list(criterion.answers))
        for name, criterion in MODEL.criteria.items()
        if name != "needs"
    }
    fields["needs"] = st.lists(st.sampled_from(list(MODEL.needs)), unique=True)
    anything = st.fixed_dictionaries(fields)
    as_proposed = anything.map(lambda a: a | {"needs": alone(a["use_case"])["needs"]})
    return anything | as_proposed


def points_by_hand(answers: Mapping[str, Any]) -> dict[str, int]:
    """Add up the points without score.jinja."""
    own = MODEL.criteria["use_case"].answers[answers["use_case"]].needs
    scores = dict.fromkeys(FRAMEWORKS, 0)
    for name, criterion in MODEL.criteria.items():
        given_answers = (
            set(answers["needs"]) - set(own) if name == "needs" else {answers[name]}
        )
        for answer in given_answers:
            for framework, point in criterion.answers[answer].points.items():
                scores[framework] += point.points * MODEL.weights[criterion.weight]
    return scores


def winner_by_hand(answers: Mapping[str, Any]) -> str:
    wanted = set(answers["needs"])
    for key in answers["needs"]:
        wanted |= set(MODEL.needs[key].brings)
    out = {framework for key in wanted for framework in MODEL.needs[key].rules_out}
    scores = points_by_hand(answers)
    left = [framework for framework in MODEL.tie_break if framework not in out]
    return max(left, key=lambda framework: scores[framework])


@pytest.mark.parametrize(
    ("use_case", "framework", "runner_up"),
    [
        ("cms", "django", None),
        ("ecommerce", "django", None),
        ("social_network", "django", "any"),
        ("data_driven_app", "django", "any"),
        ("rapid_development", "django", "any"),
        ("small_web_app", "flask", "any"),
        ("api", "fastapi", "flask"),
        ("microservice", "flask", "fastapi"),
        ("education", "flask", "any"),
        ("realtime", "fastapi", "any"),
        ("high_concurrency", "fastapi", "any"),
    ],
)
def test_a_use_case_alone_gives_what_the_facts_say(
    use_case: str, framework: str, runner_up: str | None
) -> None:
    result = DECISION.recommend(alone(use_case))
    assert result.framework == framework
    assert result.verdict != "tie"
    assert result.reasons
    if runner_up != "any":
        assert result.runner_up == runner_up
    assert result.coverage["answered"] == 1


def test_a_prototype_is_a_tie_of_flask_and_fastapi() -> None:
    result = DECISION.recommend(alone("prototype"))
    assert (result.verdict, result.framework) == ("tie", "flask")
    assert set(result.tied) == {"flask", "fastapi"}


def test_nothing_said_is_a_tie_of_all_with_the_gentlest_first() -> None:
    result = DECISION.recommend(alone("other"))
    assert (result.verdict, result.framework) == ("tie", "flask")
    assert set(result.tied) == set(FRAMEWORKS)
    assert not result.reasons
    assert result.coverage["answered"] == 0


@pytest.mark.parametrize("need", ["cms", "shop"])
def test_a_need_that_a_framework_cannot_serve_rules_it_out(need: str) -> None:
    result = DECISION.recommend(
        alone("high_concurrency", needs=[need], experience="async_and_typing")
    )
    assert result.framework == "django"
    assert result.runner_up is None
    assert set(result.ruled_out) == {"flask", "fastapi"}
    assert all(rule.need == need for r in result.ruled_out.values() for rule in r)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_framework_can_win_without_a_use_case(framework: str) -> None:
    knows = {"django": "knows_django", "flask": "knows_flask"}
    experience = knows.get(framework, "async_and_typing")
    result = DECISION.recommend(alone("other", experience=experience))
    assert result.framework == framework


@given(all_answers())
@settings(max_examples=100, deadline=None)
def test_the_rule_adds_up_and_takes_the_first(answers: Answers) -> None:
    result = DECISION.recommend(answers)
    assert result.framework == winner_by_hand(answers)
    assert result.scores == points_by_hand(answers)
    by_criterion = result.contributions.values()
    for framework in FRAMEWORKS:
        assert sum(sums[framework] for sums in by_criterion) == result.scores[framework]
        given_points = [r.points for r in result.reasons if r.framework == framework]
        assert sum(given_points) == result.scores[framework]
    assert result.framework not in result.ruled_out
    assert result.runner_up not in result.ruled_out


@given(all_answers())
@settings(max_examples=15, deadline=None)
def test_a_flip_that_is_named_flips_and_none_is_missing(answers: Answers) -> None:
    result = DECISION.explain(answers)
    expected = {
        (flip.criterion, flip.answer, flip.change, winner)
        for flip, changed in DECISION.single_changes(answers)
        if (winner := winner_by_hand(changed)) != result.framework
    }
    found = {(f.criterion, f.answer, f.change, f.framework) for f in result.flips}
    assert found == expected


@given(all_answers())
@settings(max_examples=25, deadline=None)
def test_every_other_answer_is_tried_once(answers: Answers) -> None:
    tried = [(f.criterion, f.answer) for f, _ in DECISION.single_changes(answers)]
    assert sorted(tried) == sorted(
        (name, answer)
        for name, criterion in MODEL.criteria.items()
        for answer in criterion.answers
        if name == "needs" or answer != answers[name]
    )


ONLY_FOR_ONE = [
    (name, answer, next(iter(details.points)))
    for name, criterion in MODEL.criteria.items()
    for answer, details in criterion.answers.items()
    if len(details.points) == 1
    and all(point.points > 0 for point in details.points.values())
    and name != "use_case"
]


@given(all_answers(), st.sampled_from(ONLY_FOR_ONE))
@settings(max_examples=120, deadline=None)
def test_an_answer_that_only_speaks_for_one_never_lowers_it(
    answers: Answers, spoken: tuple[str, str, str]
) -> None:
    name, answer, framework = spoken
    if name == "needs":
        without: Answers = {
            **answers,
            "needs": [need for need in answers["needs"] if need != answer],
        }
        with_it = {**without, "needs": [*without["needs"], answer]}
    else:
        without = {**answers, name: "no_preference"}
        with_it = {**answers, name: answer}
    before, after = DECISION.recommend(without), DECISION.recommend(with_it)
    for other in set(FRAMEWORKS) - {framework}:
        lead_before = before.scores[framework] - before.scores[other]
        assert after.scores[framework] - after.scores[other] >= lead_before
    if before.framework == framework:
        assert after.framework == framework


@given(all_answers(), st.integers(min_value=0, max_value=2**32))
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_file_does_not_matter(answers: Answers, seed: int) -> None:
    shuffle = random.Random(seed)  # noqa: S311 - not for secrets

    def shuffled(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, dict):
            keys = list(value)
            shuffle.shuffle(keys)
            return {key: shuffled(value[key]) for key in keys}
        return value

    data = shuffled(dict(MODEL.data))
    other = Decision(decision_model.parse(data), QUESTIONNAIRE.environment)
    one, two = DECISION.explain(answers), other.explain(answers)
    for field in ("framework", "runner_up", "verdict", "margin", "tied", "scores"):
        assert getattr(one, field) == getattr(two, field)
    assert one.contributions == two.contributions
    assert set(one.reasons) == set(two.reasons)
    assert set(one.flips) == set(two.flips)
    assert set(one.ruled_out) == set(two.ruled_out)


@given(all_answers(), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_the_needs_does_not_matter(
    answers: Answers, chance: random.Random
) -> None:
    needs = list(answers["needs"])
    chance.shuffle(needs)
    one, two = (
        DECISION.recommend(answers),
        DECISION.recommend({**answers, "needs": needs}),
    )
    assert (one.framework, one.scores) == (two.framework, two.scores)


def test_the_verdict_follows_the_margin() -> None:
    margins = {}
    for use_case in MODEL.criteria["use_case"].answers:
        result = DECISION.recommend(alone(use_case, size="small"))
        if result.margin is not None:
            margins[result.margin] = result.verdict
    clear = MODEL.data["verdicts"]["clear"]["margin"]
    assert margins
    for margin, verdict in margins.items():
        expected = "clear" if margin >= clear else "close" if margin else "tie"
        assert verdict == expected


def test_another_weight_changes_what_a_criterion_counts() -> None:
    answers = alone("api", experience="knows_django")
    plain = DECISION.recommend(answers)
    heavy = DECISION.weighted({"experience": "decisive"}).recommend(answers)
    silent = DECISION.weighted({"experience": "none"}).recommend(answers)
    assert (plain.framework, heavy.framework) == ("fastapi", "django")
    assert heavy.scores["django"] == 4 * plain.scores["django"]
    assert silent.scores["django"] == 0
    assert "experience" not in silent.coverage["criteria"]
    assert DECISION.recommend(answers) == plain, "the decision itself stays as it was"


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ({"colour": "much"}, "no criterion `colour`.*experience"),
        ({"size": "huge"}, "`huge` is no weight.*decisive"),
    ],
)
def test_a_weight_that_makes_no_sense_is_refused(
    weights: dict[str, str], sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence):
        DECISION.weighted(weights)


def test_an_explanation_with_its_flips_takes_less_than_100_ms() -> None:
    answers = alone("data_driven_app", size="large", load="high", priority="security")
    times = []
    for _ in range(5):
        start = process_time()
        DECISION.explain(answers)
        times.append(process_time() - start)
    assert min(times) < 0.1


def test_the_environment_is_that_of_the_questions() -> None:
    assert isinstance(QUESTIONNAIRE.environment, Environment)
    assert QUESTIONNAIRE.environment.trim_blocks
    assert QUESTIONNAIRE.environment.lstrip_blocks
