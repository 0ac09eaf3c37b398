"""Kinds of project, and what an engineer would choose for each.

The cases are in tests/cases. If a case and the model disagree, the model is wrong. If a
case was wrong, its file says so.
"""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from selector.recommendation.decision import Recommendation
from selector.template.questionnaire import Questionnaire
from tests.conftest import ROOT

CASES = sorted((ROOT / "tests" / "cases").glob("*.yml"))


@cache
def case(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return content


@pytest.fixture
def result(path: Path, questionnaire: Questionnaire) -> Recommendation:
    given = case(path)["answers"]
    questionnaire.check_keys(given)
    last = questionnaire.criteria[-1]
    answers = questionnaire.answer(given, until=last).given
    weighed = {key: answers[key] for key in questionnaire.criteria}
    return questionnaire.decision.recommend(weighed)


each_case = pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)


@each_case
def test_the_recommendation_is_what_an_engineer_would_choose(
    path: Path, result: Recommendation
) -> None:
    picks = case(path)["pick"]
    assert result.framework in picks
    if len(picks) > 1:
        assert result.runner_up in picks


@each_case
def test_the_verdict_is_what_an_engineer_would_expect(
    path: Path, result: Recommendation
) -> None:
    verdict = case(path)["verdict"]
    assert result.verdict in ([verdict] if isinstance(verdict, str) else verdict)


def test_the_cases_are_many_balanced_and_partly_hard() -> None:
    picks = [tuple(case(path)["pick"]) for path in CASES]
    assert len(CASES) >= 40
    for framework in ("django", "flask", "fastapi"):
        assert picks.count((framework,)) >= 10
    assert sum(len(pick) > 1 for pick in picks) >= 5
    assert sum(case(path).get("hard", False) for path in CASES) >= 15


def test_every_case_describes_a_project_and_gives_a_reason() -> None:
    for path in CASES:
        content = case(path)
        assert {"project", "answers", "pick", "verdict", "why"} <= content.keys()
        assert len(content["project"]) > 60, path.stem
        assert len(content["why"]) > 30, path.stem
