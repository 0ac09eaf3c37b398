"""criteria.yml matches its schema, and its parts match each other."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from selector.recommendation.model import Model
from selector.template.questionnaire import Prompt, Questionnaire
from tests.conftest import ROOT

Data = dict[str, Any]

SCHEMA = json.loads(
    (ROOT / "tests/unit/criteria.schema.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def model(questionnaire: Questionnaire) -> Model:
    return questionnaire.model


def errors(data: Data) -> list[str]:
    """Return the paths of entries that do not match the schema."""
    validator = Draft202012Validator(
        SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [error.json_path for error in validator.iter_errors(data)]


def as_json(data: object) -> Data:
    """Return YAML data as JSON, in which dates are texts."""
    converted: Data = json.loads(json.dumps(data, default=str))
    return converted


def test_the_criteria_match_their_schema(model: Model) -> None:
    assert errors(as_json(model.data)) == []


def _change_point(old: str, new: str) -> Callable[[Data], None]:
    """Return a function that changes the point that Flask gets for a small project."""

    def change(data: Data) -> None:
        answers = data["criteria"]["size"]["answers"]
        assert old in answers["small"]
        answers["small"] = answers["small"].replace(old, new)

    return change


SMALL = "$.criteria.size.answers.small"


@pytest.mark.parametrize(
    ("damage", "path"),
    [
        (lambda data: data["frameworks"].pop("flask"), "$.frameworks"),
        (lambda data: data["tie_break"].remove("flask"), "$.tie_break"),
        (lambda data: data["available_features"].pop("flask"), "$.available_features"),
        (lambda data: data["costs"]["flask"].pop("django"), "$.costs.flask"),
        (lambda data: data.pop("criteria"), "$"),
        (lambda data: data["criteria"]["size"].pop("scale"), "$.criteria.size"),
        (_change_point("flask", "bottle"), SMALL),
        (_change_point("T4", "T14"), SMALL),
        (_change_point("T4 2026-11", "T4"), SMALL),
        (_change_point("2026-11 Flask", "2026-13 Flask"), SMALL),
        (_change_point("flask +2", "flask +0.5"), SMALL),
        (_change_point("Flask stays", "Flask in {{ project_name }} stays"), SMALL),
        (_change_point(" Flask stays small when the application is small", ""), SMALL),
        (
            lambda data: data["criteria"]["size"].update(weight="huge"),
            "$.criteria.size.weight",
        ),
        (lambda data: data["weights"].update(some=-1), "$.weights.some"),
        (
            lambda data: data["rules_out"]["cms"].update(flask="It has none."),
            "$.rules_out.cms.flask",
        ),
        (
            lambda data: data["features"].update(api="{% raw %}API"),
            "$.features.api",
        ),
        (
            lambda data: data["contradictions"].update({"size!=large a=b": "It is."}),
            "$.contradictions",
        ),
    ],
)
def test_invalid_criteria_do_not_match_the_schema(
    damage: Callable[[Data], None], path: str, model: Model
) -> None:
    data = copy.deepcopy(as_json(model.data))
    damage(data)
    assert path in errors(data)


def test_answers_have_points_and_labels_for_the_same_keys(model: Model) -> None:
    for name, criterion in model.data["criteria"].items():
        assert set(criterion["answers"]) == set(criterion["labels"]), name
    assert set(model.data["criteria"]["features"]["labels"]) == set(model.features)
    assert set(model.data["use_case_features"]) == set(
        model.criteria["use_case"].answers
    )


def test_an_answer_has_one_line_for_a_framework(model: Model) -> None:
    for criterion in model.data["criteria"].values():
        for lines in criterion["answers"].values():
            frameworks = [line.split()[0] for line in lines.splitlines()]
            assert len(set(frameworks)) == len(frameworks), lines


def test_only_known_features_are_named(model: Model) -> None:
    for section in ("use_case_features", "requires", "requires_one_of"):
        for key, names in model.data[section].items():
            assert set(names.split()) <= set(model.features), (section, key)
    assert set(model.data["rules_out"]) <= set(model.features)
    for features in model.available_features.values():
        assert set(features) <= set(model.features)


def test_a_feature_lists_what_its_required_features_require(
    model: Model,
) -> None:
    for key, feature in model.features.items():
        for other in feature.requires:
            missing = set(model.features[other].requires) - {*feature.requires, key}
            assert not missing, key


def test_every_set_of_features_leaves_a_framework(model: Model) -> None:
    ruled_out = {
        framework
        for feature in model.features.values()
        for framework in feature.rules_out
    }
    assert ruled_out < set(model.frameworks)


def test_a_framework_does_not_have_features_that_rule_it_out(model: Model) -> None:
    for key, feature in model.features.items():
        for framework in feature.rules_out:
            assert key not in model.available_features[framework]


def test_conditions_name_answers_that_exist(model: Model) -> None:
    conditions = [
        condition for rule in model.contradictions for condition in rule.split()
    ]
    for condition in [*conditions, *model.implied.values()]:
        name, answer = condition.replace("!", "").split("=")
        assert answer in model.criteria[name].answers, condition
    assert set(model.implied) <= set(model.criteria["use_case"].answers)
    assert set(model.framework_by_experience) <= set(
        model.criteria["experience"].answers
    )
    assert sorted(model.framework_by_experience.values()) == sorted(model.frameworks)


def test_every_choice_against_a_recommendation_has_its_cost(model: Model) -> None:
    for framework, costs in model.costs.items():
        assert set(costs) == set(model.frameworks) - {framework}


def test_the_answers_that_weigh_are_the_choices_of_the_questions(
    questionnaire: Questionnaire, model: Model
) -> None:
    prompts: dict[str, Prompt] = {}
    questionnaire.answer(
        {"known_framework": "none"},
        lambda prompt: prompts.setdefault(prompt.name, prompt).default,
    )
    assert questionnaire.criteria == list(model.criteria)
    for name, criterion in model.criteria.items():
        choices = [choice.value for choice in prompts[name].choices]
        assert choices == list(criterion.answers), name
        assert prompts[name].message.startswith(criterion.question)


def test_no_preference_is_an_answer_that_weighs_nothing(model: Model) -> None:
    assert not model.criteria["use_case"].answers["other"].points
    for name in model.criteria.keys() - {"use_case", "features"}:
        assert not model.criteria[name].answers["no_preference"].points


def test_the_points_are_those_of_the_scale(model: Model) -> None:
    for name, criterion in model.criteria.items():
        given = {
            point.points
            for answer in criterion.answers.values()
            for point in answer.points.values()
        }
        assert given == set(criterion.scale), name


def test_reasons_fit_into_a_line_of_the_help(model: Model) -> None:
    for name, criterion in model.criteria.items():
        for key, answer in criterion.answers.items():
            left_out = len(f" (left out: {key})") if name == "features" else 0
            for point in answer.points.values():
                assert len(point.text) + left_out <= 74, point.text


def test_one_more_answer_of_ordinary_weight_cannot_overtake_a_clear_lead(
    model: Model,
) -> None:
    for criterion in model.criteria.values():
        if criterion.weight != "some":
            continue
        for answer in criterion.answers.values():
            points = [0, 0, *(point.points for point in answer.points.values())]
            assert max(points) - min(points) <= model.clear_margin
