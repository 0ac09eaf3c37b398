"""The recommendation for each use case, its properties, and what would change it."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from time import process_time
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from selector.errors import UserError
from selector.recommendation import model as decision_model
from selector.recommendation.decision import Decision, Flip
from selector.template.questionnaire import Questionnaire
from selector.template.source import PackageTree
from tests.conftest import ROOT

QUESTIONNAIRE = Questionnaire(PackageTree())
DECISION = QUESTIONNAIRE.decision
MODEL = QUESTIONNAIRE.model
FRAMEWORKS = sorted(MODEL.frameworks)

Answers = dict[str, Any]


def use_case_answers(use_case: str, **others: object) -> Answers:
    """Return answers with a use case, and no preference for the rest."""
    answers: Answers = dict.fromkeys(MODEL.criteria, "no_preference")
    features = list(MODEL.criteria["use_case"].answers[use_case].features)
    return {**answers, "use_case": use_case, "features": features, **others}


def all_answers() -> st.SearchStrategy[Answers]:
    fields: dict[str, st.SearchStrategy[Any]] = {
        name: st.sampled_from(list(criterion.answers))
        for name, criterion in MODEL.criteria.items()
        if name != "features"
    }
    fields["features"] = st.lists(st.sampled_from(list(MODEL.features)), unique=True)
    anything = st.fixed_dictionaries(fields)
    as_proposed = anything.map(
        lambda a: a | {"features": use_case_answers(a["use_case"])["features"]}
    )
    return anything | as_proposed


def with_requirements(features: Iterable[str]) -> set[str]:
    """Return features and all that they require."""
    needed = set(features)
    for key in features:
        needed |= set(MODEL.features[key].requires)
    for key, options in MODEL.data["requires_one_of"].items():
        if key in needed and needed.isdisjoint(options.split()):
            needed.add(options.split()[0])
    return needed


def expected_points(answers: Mapping[str, Any]) -> dict[str, int]:
    """Add up the points without score.jinja."""
    own = set(MODEL.criteria["use_case"].answers[answers["use_case"]].features)
    wanted = set(answers["features"])
    implied = MODEL.implied.get(answers["use_case"])
    scores = dict.fromkeys(FRAMEWORKS, 0)
    for name, criterion in MODEL.criteria.items():
        if name == "features":
            left_out = own - with_requirements(wanted)
            counted = dict.fromkeys(wanted - own, 1) | dict.fromkeys(left_out, -1)
        elif implied == f"{name}={answers[name]}":
            counted = {}
        else:
            counted = {answers[name]: 1}
        for answer, sign in counted.items():
            for framework, point in criterion.answers[answer].points.items():
                weight = MODEL.weights[criterion.weight]
                scores[framework] += sign * point.points * weight
    return scores


def expected_ranking(answers: Mapping[str, Any]) -> list[tuple[str, int]]:
    wanted = set(answers["features"])
    for key in answers["features"]:
        wanted |= set(MODEL.features[key].requires)
    out = {framework for key in wanted for framework in MODEL.features[key].rules_out}
    scores = expected_points(answers)
    known = MODEL.framework_by_experience.get(answers["experience"])
    left = [framework for framework in MODEL.tie_break if framework not in out]
    return sorted(
        ((framework, scores[framework]) for framework in left),
        key=lambda rank: (-rank[1], rank[0] != known),
    )


def expected_winner(answers: Mapping[str, Any]) -> str:
    return expected_ranking(answers)[0][0]


Change = tuple[str, str, str]  # criterion, answer, kind of change


def expected_changes(answers: Mapping[str, Any]) -> Iterator[tuple[Change, Answers]]:
    """Change one answer at a time; unchanged features follow their use case."""
    use_cases = MODEL.criteria["use_case"].answers
    untouched = set(answers["features"]) == set(use_cases[answers["use_case"]].features)
    for name, criterion in MODEL.criteria.items():
        for answer in criterion.answers:
            if name == "features":
                given = set(answers["features"])
                kind = "remove" if answer in given else "add"
                yield (name, answer, kind), {**answers, "features": [*given ^ {answer}]}
            elif answer != answers[name]:
                after = {**answers, name: answer}
                if name == "use_case" and untouched:
                    after["features"] = [*use_cases[answer].features]
                yield (name, answer, "answer"), after


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
def test_a_use_case_alone_has_the_documented_recommendation(
    use_case: str, framework: str, runner_up: str | None
) -> None:
    result = DECISION.recommend(use_case_answers(use_case))
    assert result.framework == framework
    assert result.verdict != "tie"
    assert result.reasons
    if runner_up != "any":
        assert result.runner_up == runner_up
    assert result.coverage["answered"] == 1


def test_a_prototype_is_a_tie_of_flask_and_fastapi() -> None:
    result = DECISION.recommend(use_case_answers("prototype"))
    assert (result.verdict, result.framework) == ("tie", "flask")
    assert set(result.tied) == {"flask", "fastapi"}


def test_without_answers_all_frameworks_tie_and_the_easiest_is_first() -> None:
    result = DECISION.recommend(use_case_answers("other"))
    assert (result.verdict, result.framework) == ("tie", "flask")
    assert set(result.tied) == set(FRAMEWORKS)
    assert not result.reasons
    assert result.coverage["answered"] == 0


@pytest.mark.parametrize("feature", ["cms", "shop"])
def test_a_feature_that_a_framework_cannot_serve_rules_it_out(feature: str) -> None:
    result = DECISION.recommend(
        use_case_answers(
            "high_concurrency", features=[feature], experience="knows_fastapi"
        )
    )
    assert result.framework == "django"
    assert result.runner_up is None
    assert set(result.ruled_out) == {"flask", "fastapi"}
    assert all(rule.feature == feature for r in result.ruled_out.values() for rule in r)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_every_framework_can_win_without_a_use_case(framework: str) -> None:
    result = DECISION.recommend(
        use_case_answers("other", experience=f"knows_{framework}")
    )
    assert result.framework == framework


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_knowing_any_framework_counts_the_same(framework: str) -> None:
    answers = use_case_answers("other", experience=f"knows_{framework}")
    others = set(FRAMEWORKS) - {framework}
    scores = DECISION.recommend(answers).scores
    assert scores == {framework: 6, **dict.fromkeys(others, 0)}


def test_a_tie_goes_to_the_framework_that_the_team_knows() -> None:
    answers = use_case_answers("small_web_app")
    assert DECISION.recommend(answers).framework == "flask"
    for framework in ("django", "fastapi"):
        result = DECISION.recommend({**answers, "experience": f"knows_{framework}"})
        assert (result.framework, result.verdict) == (framework, "tie")
        assert set(result.tied) == {framework, "flask"}


@pytest.mark.parametrize("use_case", ["small_web_app", "prototype", "microservice"])
def test_small_does_not_count_twice(use_case: str) -> None:
    without = DECISION.recommend(use_case_answers(use_case))
    small = DECISION.recommend(use_case_answers(use_case, size="small"))
    assert small.scores == without.scores
    assert small.coverage["answered"] == without.coverage["answered"] + 1
    assert small.most_informative_question != "size"


def test_small_counts_where_the_use_case_does_not_imply_it() -> None:
    small = DECISION.recommend(use_case_answers("api", size="small"))
    assert small.contributions["size"] == {"flask": 2, "django": -1, "fastapi": 0}


@pytest.mark.parametrize("use_case", ["api", "microservice"])
def test_slow_calls_to_others_lead_to_fastapi(use_case: str) -> None:
    result = DECISION.recommend(use_case_answers(use_case, load="slow_upstreams"))
    assert result.framework == "fastapi"
    points = result.contributions["load"]
    assert points["fastapi"] > 0 > max(points["django"], points["flask"])


def test_contradictions_are_not_called_clear() -> None:
    answers = use_case_answers("data_driven_app", size="large", control="own_choice")
    assert DECISION.recommend(answers).verdict == "clear"
    contradictory = DECISION.recommend({**answers, "priority": "security"})
    assert (contradictory.margin or 0) >= MODEL.clear_margin
    assert contradictory.verdict == "close"


def test_contradictions_are_not_called_clear_without_a_runner_up() -> None:
    result = DECISION.recommend(use_case_answers("cms", control="own_choice"))
    assert result.runner_up is None
    assert result.verdict == "close"


def test_a_framework_that_was_chosen_in_advance_is_reported_as_such() -> None:
    result = DECISION.recommend(use_case_answers("other", known_framework="django"))
    assert (result.framework, result.verdict) == ("django", "chosen")
    assert result.margin is None
    assert not result.flips
    assert result.most_informative_question is None


@given(all_answers())
@settings(max_examples=40, deadline=None)
def test_the_rule_adds_points_and_takes_the_highest_total(answers: Answers) -> None:
    result = DECISION.recommend(answers)
    assert result.framework == expected_winner(answers)
    assert result.scores == expected_points(answers)
    by_criterion = result.contributions.values()
    for framework in FRAMEWORKS:
        assert sum(sums[framework] for sums in by_criterion) == result.scores[framework]
        given_points = [r.points for r in result.reasons if r.framework == framework]
        assert sum(given_points) == result.scores[framework]
    negative = [r for r in result.reasons if r.points < 0]
    assert set(result.against) == {
        reason for reason in negative if reason.framework == result.framework
    }
    assert result.framework not in result.ruled_out
    assert result.runner_up not in result.ruled_out


def describe_change(flip: Flip) -> Change:
    return flip.criterion, flip.answer, flip.change


@given(all_answers())
@settings(max_examples=25, deadline=None)
def test_reported_flips_are_correct_and_complete(answers: Answers) -> None:
    result = DECISION.recommend(answers)
    expected = {
        (change, winner)
        for change, changed in expected_changes(answers)
        if (winner := expected_winner(changed)) != result.framework
    }
    assert {
        (describe_change(flip), flip.framework) for flip in result.flips
    } == expected
    assert len(result.flips) == len(expected)


@given(all_answers())
@settings(max_examples=25, deadline=None)
def test_every_other_answer_is_tried_once(answers: Answers) -> None:
    tried = [describe_change(flip) for flip, _ in DECISION.list_changes(answers)]
    assert sorted(tried) == sorted(change for change, _ in expected_changes(answers))


@given(all_answers())
@settings(max_examples=3, deadline=None)
def test_reported_pairs_are_correct_and_complete(answers: Answers) -> None:
    first = expected_winner(answers)
    harmless = {
        change: after
        for change, after in expected_changes(answers)
        if expected_winner(after) == first
    }
    expected = {
        (frozenset({one[:2], two[:2]}), winner)
        for one, after in harmless.items()
        for two, after_both in expected_changes(after)
        if any(two[:2] == change[:2] for change in harmless)
        and (one[0] != two[0] or one[0] == "features")
        and one[:2] != two[:2]
        # The use case is first, because unchanged features follow it.
        and not (two[0] == "use_case" and one[0] == "features")
        and (winner := expected_winner(after_both)) != first
    }
    found = [
        (
            frozenset({describe_change(p.first)[:2], describe_change(p.second)[:2]}),
            p.framework,
        )
        for p in DECISION.find_pairs(answers)
    ]
    assert set(found) == expected
    assert len(found) == len(expected)


def test_every_framework_wins_for_many_answers() -> None:
    """Draw 400 random answers; each combination is equally likely."""
    space = 1
    for name, criterion in MODEL.criteria.items():
        answers = len(criterion.answers)
        space *= 2**answers if name == "features" else answers
    assert space == 223_641_600

    chance = random.Random(20261122)  # noqa: S311 - not for secrets
    won = Counter(DECISION.find_first(any_answers(chance)) for _ in range(400))
    # cms or shop is in three of four sets of features, and only Django has them.
    assert won["django"] > 300
    assert all(won[framework] > 20 for framework in FRAMEWORKS)


def expected_verdict(answers: Mapping[str, Any]) -> str:
    ranking = expected_ranking(answers)
    lead = ranking[0][1] - ranking[1][1] if len(ranking) > 1 else MODEL.clear_margin
    if lead == 0:
        return "tie"
    contradictory = any(
        all(is_met(condition, answers) for condition in rule.split())
        for rule in MODEL.contradictions
    )
    return "clear" if lead >= MODEL.clear_margin and not contradictory else "close"


def is_met(condition: str, answers: Mapping[str, Any]) -> bool:
    name, _, value = condition.partition("=")
    if name == "features!":
        return value not in answers["features"]
    return value in answers[name] if name == "features" else value == answers[name]


@pytest.mark.slow
def test_the_documented_shares_of_all_answers_are_counted() -> None:
    """Count over all answers with the features that the use case proposes.

    The effect of one more answer is counted for every tenth of them.
    """
    names = [name for name in MODEL.criteria if name != "features"]
    first: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    changed_winner: dict[str, list[bool]] = {"clear": [], "close": [], "tie": []}
    for count, values in enumerate(
        product(*(MODEL.criteria[n].answers for n in names))
    ):
        given = dict(zip(names, values, strict=True))
        answers = use_case_answers(given.pop("use_case"), **given)
        winner, verdict = expected_winner(answers), expected_verdict(answers)
        first[winner] += 1
        verdicts[verdict] += 1
        for name in names if count % 10 == 0 else []:
            if answers[name] == "no_preference":
                for answer in MODEL.criteria[name].answers.keys() - {"no_preference"}:
                    after = expected_winner({**answers, name: answer})
                    changed_winner[verdict].append(after != winner)

    def percentage(count: int, total: int) -> int:
        return round(100 * count / total)

    changes_in_100 = {
        v: percentage(sum(found), len(found)) for v, found in changed_winner.items()
    }

    total = first.total()
    text = " ".join((ROOT / "docs/explanation/decision.md").read_text("utf-8").split())
    assert f"there are {total:,}:" in text
    for sentence in (
        f"Django comes first in {percentage(first['django'], total)} of 100",
        f"Flask in {percentage(first['flask'], total)}",
        f"FastAPI in {percentage(first['fastapi'], total)}",
        f"clear in {percentage(verdicts['clear'], total)} of 100",
        f"close in {percentage(verdicts['close'], total)}",
        f"a tie in {percentage(verdicts['tie'], total)}",
        f"| {changes_in_100['clear']} in 100; an answer of ordinary weight",
        f"contradict each other | {changes_in_100['close']} in 100 |",
        f"| no lead | {changes_in_100['tie']} in 100 |",
    ):
        assert sentence in text


def any_answers(chance: random.Random) -> Answers:
    """Draw random answers; each combination is equally likely."""
    return {
        name: [feature for feature in MODEL.features if chance.random() < 0.5]
        if name == "features"
        else chance.choice(list(criterion.answers))
        for name, criterion in MODEL.criteria.items()
    }


@given(all_answers())
@settings(max_examples=25, deadline=None)
def test_the_verdict_follows_the_lead_and_the_contradictions(answers: Answers) -> None:
    result = DECISION.recommend(answers)
    ranking = expected_ranking(answers)
    lead = ranking[0][1] - ranking[1][1] if len(ranking) > 1 else None
    assert result.margin == lead
    assert result.rule == MODEL.verdicts[result.verdict]
    assert result.verdict == expected_verdict(answers)


@given(all_answers())
@settings(max_examples=25, deadline=None)
def test_the_next_question_is_the_most_informative_one(
    answers: Answers,
) -> None:
    result = DECISION.recommend(answers)
    scores = dict(expected_ranking(answers))
    if len(scores) == 1:
        assert result.most_informative_question is None
        return

    def mean_lead(name: str) -> Fraction:
        leads = []
        for answer in MODEL.criteria[name].answers.values():
            weight = MODEL.weights[MODEL.criteria[name].weight]
            points = {f: p.points * weight for f, p in answer.points.items()}
            after = sorted(score + points.get(f, 0) for f, score in scores.items())
            leads += [after[-1] - after[-2]] if points else []
        return Fraction(sum(leads), len(leads))

    still_open = set(MODEL.criteria) - set(result.coverage["criteria"]) - {"features"}
    promising = {n: m for n in still_open if (m := mean_lead(n)) > (result.margin or 0)}
    best = max(promising.values(), default=None)
    expected = {name for name, mean in promising.items() if mean == best}
    if expected:
        assert result.most_informative_question in expected
    else:
        assert result.most_informative_question is None


def test_the_most_informative_question_is_named() -> None:
    nothing = DECISION.recommend(use_case_answers("other"))
    assert nothing.most_informative_question == "experience"
    without = DECISION.with_weights({"experience": "none"}).recommend(
        use_case_answers("other")
    )
    assert without.most_informative_question == "use_case"


@pytest.mark.parametrize("rule", MODEL.contradictions)
def test_answers_that_contradict_each_other_are_reported(rule: str) -> None:
    given: Answers = {}
    for condition in rule.split():
        name, _, answer = condition.partition("=")
        if name == "features":
            given["features"] = [answer]
        elif name != "features!":
            given[name] = answer
    answers = use_case_answers(
        given.pop("use_case", "other"), **{"features": []} | given
    )
    found = {
        " ".join(c.answers): c.text for c in DECISION.recommend(answers).contradictions
    }
    assert found[rule] == MODEL.contradictions[rule]


@pytest.mark.parametrize("use_case", MODEL.criteria["use_case"].answers)
def test_a_use_case_alone_contradicts_nothing(use_case: str) -> None:
    assert not DECISION.recommend(use_case_answers(use_case)).contradictions


def test_a_feature_of_the_use_case_that_is_left_out_subtracts_its_points() -> None:
    own = DECISION.recommend(use_case_answers("rapid_development"))
    without = DECISION.recommend(
        use_case_answers("rapid_development", features=["accounts", "mail"])
    )
    assert without.scores["django"] == own.scores["django"] - 3 - 1  # admin and pages
    taken = {r.text for r in without.reasons if r.points < 0 and r.answer == "admin"}
    assert taken == {"Django generates its admin panel (left out: admin)"}


@pytest.mark.parametrize(
    ("use_case", "feature"), [("api", "admin"), ("ecommerce", "cms")]
)
def test_a_feature_that_another_one_requires_is_not_left_out(
    use_case: str, feature: str
) -> None:
    result = DECISION.recommend(use_case_answers(use_case, features=[feature]))
    left_out = {r.answer for r in result.reasons if "left out" in r.text}
    assert left_out.isdisjoint(with_requirements([feature]))


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
def test_an_answer_with_points_for_one_framework_never_lowers_it(
    answers: Answers, preference: tuple[str, str, str]
) -> None:
    name, answer, framework = preference
    if name == "features":
        without: Answers = {
            **answers,
            "features": [
                feature for feature in answers["features"] if feature != answer
            ],
        }
        with_it = {**without, "features": [*without["features"], answer]}
        # What it requires is counted too, if the use case would have it.
        own = set(MODEL.criteria["use_case"].answers[answers["use_case"]].features)
        added = with_requirements(with_it["features"])
        assume(
            added - with_requirements(without["features"]) <= {answer} | (added - own)
        )
    else:
        without = {**answers, name: "no_preference"}
        with_it = {**answers, name: answer}
    before, after = DECISION.rank(without), DECISION.rank(with_it)
    for other in set(FRAMEWORKS) - {framework}:
        lead_before = before["scores"][framework] - before["scores"][other]
        assert after["scores"][framework] - after["scores"][other] >= lead_before
    if DECISION.find_first(without) == framework:
        assert DECISION.find_first(with_it) == framework


@given(all_answers(), st.integers(min_value=0, max_value=2**32))
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_file_does_not_matter(answers: Answers, seed: int) -> None:
    shuffle = random.Random(seed)  # noqa: S311 - not for secrets

    def shuffle_values(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, dict):
            keys = list(value)
            shuffle.shuffle(keys)
            return {key: shuffle_values(value[key]) for key in keys}
        if isinstance(value, str) and "\n" in value:  # one line for each framework
            return "\n".join(shuffle.sample(lines := value.splitlines(), len(lines)))
        return value

    data = shuffle_values(dict(MODEL.data))
    other = Decision(decision_model.parse_model(data), QUESTIONNAIRE.environment)
    one, two = DECISION.recommend(answers), other.recommend(answers)
    unordered = {"reasons", "flips", "ruled_out", "coverage", "contradictions"}
    for field in one.as_data().keys() - unordered:
        assert getattr(one, field) == getattr(two, field), field
    assert set(one.reasons) == set(two.reasons)
    assert set(one.flips) == set(two.flips)
    assert set(one.ruled_out) == set(two.ruled_out)
    assert set(one.contradictions) == set(two.contradictions)


@given(all_answers(), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_the_features_does_not_matter(
    answers: Answers, chance: random.Random
) -> None:
    features = list(answers["features"])
    chance.shuffle(features)
    one, two = DECISION.rank(answers), DECISION.rank({**answers, "features": features})
    assert one["scores"] == two["scores"]
    assert one["ranking"] == two["ranking"]


def test_another_weight_changes_what_a_criterion_counts() -> None:
    answers = use_case_answers("api", experience="knows_django")
    plain = DECISION.recommend(answers)
    heavy = DECISION.with_weights({"experience": "decisive"}).recommend(answers)
    silent = DECISION.with_weights({"experience": "none"}).recommend(answers)
    assert (plain.framework, plain.verdict) == ("django", "tie")
    assert (heavy.framework, heavy.verdict) == ("django", "clear")
    assert silent.framework == "fastapi"
    assert heavy.scores["django"] == 2 * plain.scores["django"]
    assert silent.scores["django"] == 0
    assert "experience" not in silent.coverage["criteria"]
    assert heavy.weights == {**plain.weights, "experience": "decisive"}
    assert DECISION.recommend(answers) == plain, "the decision has changed"


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ({"colour": "much"}, "no criterion `colour`.*experience"),
        ({"size": "huge"}, "`huge` is not a weight.*decisive"),
    ],
)
def test_an_invalid_weight_is_refused(weights: dict[str, str], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        DECISION.with_weights(weights)


def test_an_explanation_with_its_flips_takes_less_than_100_ms() -> None:
    answers = use_case_answers(
        "data_driven_app", size="large", load="high", priority="security"
    )
    times = []
    for _ in range(5):
        start = process_time()
        DECISION.recommend(answers)
        times.append(process_time() - start)
    assert min(times) < 0.1


def test_the_environment_is_that_of_the_questions() -> None:
    assert isinstance(QUESTIONNAIRE.environment, Environment)
    assert QUESTIONNAIRE.environment.trim_blocks
    assert QUESTIONNAIRE.environment.lstrip_blocks
