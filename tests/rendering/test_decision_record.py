"""The decision record of each project explains its framework."""

import pytest

from tests.conftest import Render
from tests.rendering.answers import Answers, model
from tests.rendering.conftest import Project

FILE = "docs/decisions/0001-web-framework.md"


@pytest.fixture
def record(render_without_code: Render) -> "Record":
    return Record(render_without_code)


class Record:
    """The decision record of a project with these answers."""

    def __init__(self, render: Render) -> None:
        self.render = render

    def __call__(self, answers: Answers) -> str:
        return (self.render(answers) / FILE).read_text(encoding="utf-8")


def test_it_names_the_framework_of_the_project(project: Project) -> None:
    title = model()["frameworks"][project.answers["framework"]]["title"]
    decision = project.texts[FILE].split("## Decision\n\n")[1]
    assert decision.startswith(title)


def test_it_lists_the_reasons_with_their_answers(record: Record) -> None:
    text = record({"use_case": "api"})
    assert "FastAPI, as recommended. The verdict is close" in text
    assert "- FastAPI is made for building APIs (+6, U8)." in text
    assert "- Flask: 2 points, runner-up." in text
    assert "1 of 7 questions" in text


def test_it_states_the_cost_of_a_choice_against_the_recommendation(
    record: Record,
) -> None:
    text = record({"use_case": "api", "framework": "django"})
    assert "Django, although FastAPI is recommended. What that costs: " in text
    reasons = text.split("## Reasons for FastAPI, the recommendation\n\n")[1]
    assert reasons.startswith("- FastAPI is made for building APIs (+6, U8).")


def test_reasons_against_a_framework_have_negative_points(record: Record) -> None:
    text = record({"use_case": "api", "framework": "flask", "load": "high"})
    against = text.split("## Reasons against Flask\n\n")[1].split("\n\n##")[0]
    assert against == "- Flask needs careful design under high load (-1, T12)."


def test_it_states_that_the_framework_was_chosen_in_advance(record: Record) -> None:
    text = record({"known_framework": "flask", "features": ["admin", "pages"]})
    assert "Flask, chosen in advance." in text
    assert "The features alone would have led to Django." in text
    assert "as recommended" not in text


def test_it_reports_a_tie(record: Record) -> None:
    text = record({"use_case": "prototype"})
    assert "The answers lead to a tie between Flask and FastAPI" in text
    assert "it is the easiest to learn of these" in text


def test_a_tie_is_decided_by_what_the_team_knows(record: Record) -> None:
    text = record({"use_case": "small_web_app", "experience": "knows_django"})
    assert "Django. The answers lead to a tie between Django and Flask" in text
    assert "because the team knows it" in text


def test_it_lists_excluded_frameworks_with_reasons(record: Record) -> None:
    text = record({"use_case": "cms"})
    assert "Flask: 0 points, ruled out. Flask has no maintained content" in text


def test_it_states_the_confidence_and_what_would_change_the_result(
    record: Record,
) -> None:
    text = record({"use_case": "microservice"})
    assert "The verdict is close: a lead of less than 5 points" in text
    changes = text.split("## What would change it")[1]
    flips = next(line for line in changes.splitlines() if line.startswith("- FastAPI"))
    assert '"How much traffic do you expect?" answered with ' in flips
    assert '"Many open connections"' in flips
    assert "_" not in flips, "questions and answers are quoted, not keys"
    assert "Use case    .                   +6 ++++++           +2 ++\n" in text


def test_it_reports_answers_that_contradict_each_other(record: Record) -> None:
    text = record({"control": "own_choice", "priority": "security"})
    context = text.split("## Context")[1].split("## Decision")[0]
    assert "contradict each other. If you choose every library, you must" in context


def test_it_lists_missing_features_and_how_to_add_them(project: Project) -> None:
    text = project.texts[FILE]
    available = model()["available_features"][project.answers["framework"]]
    later = [feature for feature in project.requested if feature not in available]
    heading = "## Not available with "
    assert (heading in text) == bool(later)
    for feature in later:
        title = model()["features"][feature]
        assert title in text.split(heading)[1]
    if later:
        assert "uvx copier update --defaults --data 'features=[" in text
