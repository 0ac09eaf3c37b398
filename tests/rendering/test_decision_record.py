"""Each project says why it is built with its framework, and says so honestly."""

import pytest

from tests.conftest import Render
from tests.rendering.answers import Answers, model
from tests.rendering.conftest import Project

FILE = "docs/decisions/0001-web-framework.md"


@pytest.fixture
def record(render: Render) -> "Record":
    return Record(render)


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


def test_it_gives_the_reasons_with_the_rows_they_rest_on(record: Record) -> None:
    text = record({"use_case": "api"})
    assert "FastAPI, as the answers recommend" in text
    assert "- FastAPI is made for building APIs (+6, U8)." in text
    assert "- Flask: 2 points, the runner-up." in text
    assert "1 of 7 questions" in text


def test_it_admits_a_choice_against_the_recommendation(record: Record) -> None:
    text = record({"use_case": "api", "framework": "django"})
    assert "Django, although the answers recommend FastAPI." in text
    assert "- FastAPI is made for building APIs (+6 for FastAPI, U8)." in text


def test_it_admits_a_choice_by_hand(record: Record) -> None:
    text = record({"known_framework": "flask", "features": ["admin", "pages"]})
    assert "Flask, chosen by hand" in text
    assert "The features alone would have recommended Django." in text
    assert "as the answers recommend" not in text


def test_it_calls_a_tie_a_tie(record: Record) -> None:
    text = record({"use_case": "prototype"})
    assert "It is a tie: the answers do not separate Flask and FastAPI." in text


def test_it_says_what_was_ruled_out_and_why(record: Record) -> None:
    text = record({"use_case": "cms"})
    assert "Flask: 0 points, ruled out. It has no well-kept content" in text


def test_it_says_how_sure_it_is_and_what_would_change_it(record: Record) -> None:
    text = record({"use_case": "microservice"})
    assert "The verdict is close: a lead of less than 5 points" in text
    changes = text.split("## What would change it")[1]
    assert "FastAPI would be recommended with one of these: Load: many_conn" in changes
    assert "Use case    .                   +6 ++++++           +2 ++\n" in text


def test_it_points_out_answers_that_pull_against_each_other(record: Record) -> None:
    text = record({"control": "own_choice", "priority": "security"})
    context = text.split("## Context")[1].split("## Decision")[0]
    assert "control=own_choice, priority=security. Whoever picks" in context


def test_it_says_how_to_add_later_what_is_not_built_yet(project: Project) -> None:
    text = project.texts[FILE]
    built = model()["built"][project.answers["framework"]]
    later = [feature for feature in project.requested if feature not in built]
    assert ("## Not built yet" in text) == bool(later)
    for feature in later:
        title = model()["features"][feature]
        assert title in text.split("## Not built yet")[1]
    if later:
        assert "uvx copier update --data 'features=[" in text
