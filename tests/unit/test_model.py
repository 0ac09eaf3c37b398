"""criteria.yml is refused by the place of what is wrong in it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from selector.errors import UserError
from selector.recommendation import model
from selector.template.questionnaire import Prompt, Questionnaire

Data = dict[str, Any]


def _flask_is_gone(data: Data) -> None:
    del data["frameworks"]["flask"]


def _not_in_tie_break(data: Data) -> None:
    data["tie_break"].remove("flask")


def _not_in_built(data: Data) -> None:
    del data["built"]["flask"]


def _write(data: Data, old: str, new: str) -> None:
    """Change the point that Flask gets for a small project."""
    answers = data["criteria"]["size"]["answers"]
    assert old in answers["small"]
    answers["small"] = answers["small"].replace(old, new)


def _unknown_framework(data: Data) -> None:
    _write(data, "flask", "bottle")


def _two_lines_for_one(data: Data) -> None:
    _write(data, "django", "flask")


def _unknown_row(data: Data) -> None:
    _write(data, "T4", "T14")


def _unknown_row_of_a_rule(data: Data) -> None:
    data["rules_out"]["cms"]["flask"] = "X1 2026-11 It has none."


def _rule_for_nobody(data: Data) -> None:
    data["rules_out"]["cms"]["bottle"] = "F8 2026-11 It has none."


def _undated(data: Data) -> None:
    _write(data, "T4 2026-11", "T4")


def _no_month(data: Data) -> None:
    _write(data, "2026-11 Flask", "2026-13 Flask")


def _off_the_scale(data: Data) -> None:
    _write(data, "flask +2", "flask +4")


def _not_on_the_scale_of_its_criterion(data: Data) -> None:
    lines = "django +3 U1 2026-11 Django has it\nflask -1 U1 2026-11 Flask has not"
    data["criteria"]["use_case"]["answers"]["cms"] = lines


def _half_a_point(data: Data) -> None:
    _write(data, "flask +2", "flask +0.5")


def _no_scale(data: Data) -> None:
    del data["criteria"]["size"]["scale"]


def _scale_without_words(data: Data) -> None:
    data["criteria"]["size"]["scale"] = "+3 made for it\n+2\n"


def _jinja_in_a_reason(data: Data) -> None:
    _write(data, "Flask stays", "Flask in {{ project_name }} stays")


def _jinja_in_a_need(data: Data) -> None:
    data["features"]["api"] = "{% raw %}API"


def _unknown_weight(data: Data) -> None:
    data["criteria"]["size"]["weight"] = "huge"


def _negative_weight(data: Data) -> None:
    data["weights"]["some"] = -1


def _unknown_need(data: Data) -> None:
    data["comes_with"]["api"] += " graphql"


def _use_case_without_needs(data: Data) -> None:
    del data["comes_with"]["api"]


def _need_without_points(data: Data) -> None:
    del data["criteria"]["features"]["answers"]["cache"]


def _brings_half(data: Data) -> None:
    data["brings"]["cms"] = "admin accounts pages uploads"


def _nothing_left(data: Data) -> None:
    data["rules_out"]["cms"]["django"] = "F8 2026-11 It has none."


def _no_reason(data: Data) -> None:
    _write(data, " Flask stays small when the application is small", "")


def _no_criteria(data: Data) -> None:
    del data["criteria"]


def _contradiction_of_nothing(data: Data) -> None:
    data["contradictions"]["size=huge load=modest"] = "It cannot be."


def _contradiction_of_another_question(data: Data) -> None:
    data["contradictions"]["database=sqlite"] = "It cannot be."


def _left_out_where_nothing_can_be(data: Data) -> None:
    data["contradictions"]["size!=large"] = "It cannot be."


SMALL = "criteria.size.answers.small"


@pytest.mark.parametrize(
    ("damage", "place", "what"),
    [
        (_flask_is_gone, "frameworks", "`flask` is missing"),
        (_not_in_tie_break, "tie_break", "django, fastapi, flask"),
        (_not_in_built, "built", "`flask` is missing"),
        (_unknown_framework, SMALL, "no framework `bottle`"),
        (_two_lines_for_one, f"{SMALL}.flask", "two lines"),
        (_unknown_row, f"{SMALL}.flask", "`T14`"),
        (_unknown_row_of_a_rule, "rules_out.cms.flask", "`X1`"),
        (_rule_for_nobody, "rules_out.cms", "no framework `bottle`"),
        (_undated, f"{SMALL}.flask", "`Flask` is no month"),
        (_no_month, f"{SMALL}.flask", "`2026-13` is no month"),
        (_off_the_scale, f"{SMALL}.flask", "+4 is not on"),
        (
            _not_on_the_scale_of_its_criterion,
            "criteria.use_case.answers.cms.flask",
            "-1 is not on the scale (+3, +2, +1)",
        ),
        (_half_a_point, f"{SMALL}.flask", "+0.5 is not on"),
        (_no_scale, "criteria.size", "`scale` is missing"),
        (_scale_without_words, "criteria.size.scale", "`+2`"),
        (_jinja_in_a_reason, SMALL, "Jinja"),
        (_jinja_in_a_need, "features.api", "Jinja"),
        (_unknown_weight, "criteria.size.weight", "decisive"),
        (_negative_weight, "weights.some", "from 0 on"),
        (_unknown_need, "comes_with.api", "`graphql`"),
        (_use_case_without_needs, "criteria.use_case.answers", "api"),
        (_need_without_points, "criteria.features.answers", "cache"),
        (_brings_half, "brings.cms", "mail"),
        (_nothing_left, "rules_out", "rule every framework out"),
        (_no_reason, f"{SMALL}.flask", "expected points, row, month and reason"),
        (_no_criteria, "top level", "`criteria` is missing"),
        (
            _contradiction_of_nothing,
            "contradictions.size=huge load=modest",
            "`huge` is no answer to size",
        ),
        (
            _contradiction_of_another_question,
            "contradictions.database=sqlite",
            "no criterion `database`",
        ),
        (
            _left_out_where_nothing_can_be,
            "contradictions.size!=large",
            "`size!=large` is no answer",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(
    damage: Callable[[Data], None],
    place: str,
    what: str,
    questionnaire: Questionnaire,
) -> None:
    data = copy.deepcopy(dict(questionnaire.model.data))
    damage(data)
    with pytest.raises(UserError) as refusal:
        model.load(yaml.safe_dump(data))
    message = str(refusal.value)
    assert message.startswith(f"criteria.yml: {place}: ")
    assert what in message


def test_broken_yaml_is_refused_with_its_line() -> None:
    with pytest.raises(UserError, match=r"criteria\.yml is not valid YAML.*line \d"):
        model.load("a: 1\nb: [")


def test_the_answers_that_weigh_are_the_choices_of_the_questions(
    questionnaire: Questionnaire,
) -> None:
    prompts: dict[str, Prompt] = {}
    questionnaire.answer(
        {"known_framework": "none"},
        lambda prompt: prompts.setdefault(prompt.name, prompt).default,
    )
    criteria = questionnaire.model.criteria
    assert questionnaire.criteria == list(criteria)
    for name, criterion in criteria.items():
        choices = [choice.value for choice in prompts[name].choices]
        assert sorted(choices) == sorted(criterion.answers), name


def test_no_preference_is_an_answer_that_weighs_nothing(
    questionnaire: Questionnaire,
) -> None:
    criteria = questionnaire.model.criteria
    assert not criteria["use_case"].answers["other"].points
    for name in criteria.keys() - {"use_case", "features"}:
        assert not criteria[name].answers["no_preference"].points


def test_every_point_of_a_scale_is_given_somewhere(
    questionnaire: Questionnaire,
) -> None:
    for name, criterion in questionnaire.model.criteria.items():
        given = {
            point.points
            for answer in criterion.answers.values()
            for point in answer.points.values()
        }
        assert given == set(criterion.scale), name


def test_reasons_fit_into_a_line_of_the_help(questionnaire: Questionnaire) -> None:
    model = questionnaire.model
    for name, criterion in model.criteria.items():
        for key, answer in criterion.answers.items():
            left_out = len(f" (no {key} here)") if name == "features" else 0
            for point in answer.points.values():
                assert len(point.text) + left_out <= 74, point.text
    for text in model.contradictions.values():
        assert len(text) <= 74, text


def test_one_more_answer_of_ordinary_weight_cannot_overtake_a_clear_lead(
    questionnaire: Questionnaire,
) -> None:
    model = questionnaire.model
    for criterion in model.criteria.values():
        if criterion.weight != "some":
            continue
        for answer in criterion.answers.values():
            points = [0, 0, *(point.points for point in answer.points.values())]
            assert max(points) - min(points) <= model.clear_from
