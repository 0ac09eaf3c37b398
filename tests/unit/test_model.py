"""criteria.yml is refused by the place of what is wrong in it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from selector import model
from selector.errors import Refusal
from selector.questionnaire import Prompt, Questionnaire

Data = dict[str, Any]


def _flask_is_gone(data: Data) -> None:
    del data["frameworks"]["flask"]


def _not_in_tie_break(data: Data) -> None:
    data["tie_break"].remove("flask")


def _not_in_built(data: Data) -> None:
    del data["built"]["flask"]


def _unknown_framework(data: Data) -> None:
    point = {"points": 1, "source": "T4", "text": "It is small"}
    data["criteria"]["size"]["answers"]["small"]["points"]["bottle"] = point


def _unknown_row(data: Data) -> None:
    data["criteria"]["size"]["answers"]["small"]["points"]["flask"]["source"] = "T14"


def _unknown_row_of_a_rule(data: Data) -> None:
    data["needs"]["cms"]["rules_out"]["flask"]["source"] = "X1"


def _off_the_scale(data: Data) -> None:
    data["criteria"]["size"]["answers"]["small"]["points"]["flask"]["points"] = 4


def _half_a_point(data: Data) -> None:
    data["criteria"]["size"]["answers"]["small"]["points"]["flask"]["points"] = 0.5


def _jinja_in_a_reason(data: Data) -> None:
    point = data["criteria"]["size"]["answers"]["small"]["points"]["flask"]
    point["text"] = "Flask suits {{ project_name }}"


def _jinja_in_a_need(data: Data) -> None:
    data["needs"]["api"]["title"] = "{% raw %}API"


def _unknown_weight(data: Data) -> None:
    data["criteria"]["size"]["weight"] = "huge"


def _unknown_need(data: Data) -> None:
    data["criteria"]["use_case"]["answers"]["api"]["needs"].append("graphql")


def _need_without_points(data: Data) -> None:
    del data["criteria"]["needs"]["answers"]["cache"]


def _brings_half(data: Data) -> None:
    data["needs"]["cms"]["brings"].remove("mail")


def _nothing_left(data: Data) -> None:
    rule = {"source": "F8", "text": "It has none."}
    data["needs"]["cms"]["rules_out"]["django"] = rule


def _no_reason(data: Data) -> None:
    del data["criteria"]["size"]["answers"]["small"]["points"]["flask"]["text"]


def _no_criteria(data: Data) -> None:
    del data["criteria"]


@pytest.mark.parametrize(
    ("damage", "place", "what"),
    [
        (_flask_is_gone, "frameworks", "`flask` is missing"),
        (_not_in_tie_break, "tie_break", "django, fastapi, flask"),
        (_not_in_built, "built", "`flask` is missing"),
        (
            _unknown_framework,
            "criteria.size.answers.small.points.bottle",
            "no framework",
        ),
        (_unknown_row, "criteria.size.answers.small.points.flask.source", "`T14`"),
        (_unknown_row_of_a_rule, "needs.cms.rules_out.flask.source", "`X1`"),
        (_off_the_scale, "criteria.size.answers.small.points.flask", "4 is not on"),
        (_half_a_point, "criteria.size.answers.small.points.flask", "0.5 is not on"),
        (_jinja_in_a_reason, "criteria.size.answers.small.points.flask.text", "Jinja"),
        (_jinja_in_a_need, "needs.api.title", "Jinja"),
        (_unknown_weight, "criteria.size.weight", "decisive"),
        (_unknown_need, "criteria.use_case.answers.api.needs", "`graphql`"),
        (_need_without_points, "criteria.needs.answers", "cache"),
        (_brings_half, "needs.cms.brings", "mail"),
        (_nothing_left, "needs", "rule every framework out"),
        (_no_reason, "criteria.size.answers.small.points.flask", "`text` is missing"),
        (_no_criteria, "top level", "`criteria` is missing"),
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
    with pytest.raises(Refusal) as refusal:
        model.load(yaml.safe_dump(data))
    message = str(refusal.value)
    assert message.startswith(f"criteria.yml: {place}: ")
    assert what in message


def test_broken_yaml_is_refused_with_its_line() -> None:
    with pytest.raises(Refusal, match=r"criteria\.yml is not valid YAML.*line \d"):
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
    for name in criteria.keys() - {"use_case", "needs"}:
        assert not criteria[name].answers["no_preference"].points
