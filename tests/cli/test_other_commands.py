"""`trivet recommend`, `compare` and `preview`, and the command as a whole."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from selector.errors import SetupError
from selector.project import bootstrap
from selector.template import source
from selector.template.questionnaire import Questionnaire
from selector.template.source import PackageTree
from selector.yaml_loader import load_yaml
from tests.cli.conftest import Trivet
from tests.conftest import ROOT

FIELDS = {
    "framework",
    "runner_up",
    "verdict",
    "scores",
    "reasons",
    "against",
    "ruled_out",
    "flips",
    "coverage",
}


def test_a_recommendation_is_explained_in_words(trivet: Trivet) -> None:
    outcome = trivet("recommend", "--defaults", "--data", "use_case=microservice")
    assert outcome.code == 0
    assert "Recommended: Flask" in outcome.out
    assert "Runner-up: FastAPI" in outcome.out
    assert "[U9]" in outcome.out
    assert "One answer that would change the recommendation" in outcome.out
    assert "Based on 1 of 7 questions" in outcome.out


def test_the_verdict_is_explained(trivet: Trivet) -> None:
    outcome = trivet("recommend", "--defaults", "--data", "use_case=microservice")
    first, second = outcome.out.strip().splitlines()[:2]
    assert first == "Recommended: Flask (close). Runner-up: FastAPI, 4 points behind."
    assert second.startswith("Close means a lead of less than 5 points")


def test_the_points_are_shown_as_bars_without_colour(trivet: Trivet) -> None:
    arguments = ["use_case=microservice", "size=large", "priority=security"]
    data = [word for pair in arguments for word in ("--data", pair)]
    lines = trivet("recommend", "--defaults", *data).out.splitlines()
    size = next(line for line in lines if line.startswith("  Size "))
    assert size.split() == ["Size", "+3", "+++", "-2", "--", "+1", "+"]
    total = next(line for line in lines if line.startswith("  Total "))
    assert total.split() == ["Total", "+6", "+3", "+4"]


def test_a_tie_names_the_most_informative_question(trivet: Trivet) -> None:
    outcome = trivet("recommend", "--defaults", "--data", "use_case=other")
    assert "A tie between Flask, FastAPI and Django." in outcome.text
    assert "because it is the easiest to learn of these" in outcome.text
    assert "Based on 0 of 7 questions" in outcome.text
    question = "What does your team know best?"
    assert f'most informative open question: "{question}"' in outcome.text


def test_answers_that_contradict_each_other_are_reported(trivet: Trivet) -> None:
    arguments = ["--data", "control=own_choice", "--data", "priority=security"]
    outcome = trivet("recommend", "--defaults", *arguments)
    assert "These answers contradict each other" in outcome.text
    assert "If you choose every library, you must secure each" in outcome.text
    result = json.loads(trivet("recommend", "--defaults", "--json", *arguments).out)
    [found] = result["contradictions"]
    assert found["answers"] == ["control=own_choice", "priority=security"]


def test_pairs_are_searched_if_no_single_answer_changes_the_result(
    trivet: Trivet,
) -> None:
    arguments = ["use_case=rapid_development", "size=large", "experience=knows_django"]
    arguments += ["control=batteries_included"]
    data = [word for pair in arguments for word in ("--data", pair)]
    alone = trivet("recommend", "--defaults", *data)
    assert "No single answer would change the recommendation." in alone.text
    both = trivet("recommend", "--defaults", "--pairs", *data)
    assert "Two answers that would change it together" in both.text
    result = json.loads(
        trivet("recommend", "--defaults", "--pairs", "--json", *data).out
    )
    assert not result["flips"]
    assert result["pairs"]
    pair = next(p for p in result["pairs"] if p["second"]["criterion"] != "features")
    for change in (pair["first"], pair["second"]):
        data += ["--data", f"{change['criterion']}={change['answer']}"]
    other = json.loads(trivet("recommend", "--defaults", "--json", *data).out)
    assert other["framework"] == pair["framework"]


def test_a_framework_chosen_in_advance_is_reported_instead_of_a_tie(
    trivet: Trivet,
) -> None:
    arguments = ["recommend", "--defaults", "--data", "known_framework=django"]
    outcome = trivet(*arguments)
    assert "Django was chosen in advance." in outcome.text
    assert "tie" not in outcome.text.split()
    assert "Based on" not in outcome.text
    result = json.loads(trivet(*arguments, "--json").out)
    assert (result["framework"], result["verdict"]) == ("django", "chosen")


def test_flips_quote_questions_and_answers(trivet: Trivet) -> None:
    outcome = trivet("recommend", "--defaults", "--data", "use_case=microservice")
    flips = outcome.text.split("would change the recommendation")[1]
    assert 'How much traffic do you expect? "Many open connections"' in flips
    assert "_" not in flips


def test_an_implied_answer_is_explained(trivet: Trivet) -> None:
    small = ["--data", "size=small"]
    implied = trivet(
        "recommend", "--defaults", *small, "--data", "use_case=microservice"
    )
    sentence = '"Small" adds no points, because the use case implies it.'
    assert sentence in implied.text
    counted = trivet("recommend", "--defaults", *small, "--data", "use_case=api")
    assert sentence not in counted.text


def test_the_cost_of_a_choice_against_the_recommendation_is_printed(
    trivet: Trivet,
) -> None:
    outcome = trivet(
        "preview", "--defaults", "--data", "use_case=api", "--data", "framework=django"
    )
    assert "You chose Django instead of FastAPI. Requests are slower" in outcome.text
    as_recommended = trivet("preview", "--defaults", "--data", "use_case=api")
    assert "instead of" not in as_recommended.text


def test_only_negative_points_are_listed_against_a_framework(trivet: Trivet) -> None:
    outcome = trivet("recommend", "--defaults", "--data", "use_case=microservice")
    assert "Against Flask" not in outcome.out
    assert "For FastAPI, the runner-up" in outcome.out


def test_a_tie_is_called_a_tie(trivet: Trivet) -> None:
    outcome = trivet("recommend", "--defaults", "--data", "use_case=prototype")
    assert "A tie between Flask and FastAPI" in outcome.text
    assert "Recommended" not in outcome.out


def test_a_recommendation_as_json_has_every_field(trivet: Trivet) -> None:
    arguments = ["--data", "use_case=api", "--data", "size=small"]
    outcome = trivet("recommend", "--json", "--defaults", *arguments)
    result = json.loads(outcome.out)
    assert result.keys() >= FIELDS
    assert result["framework"] == "fastapi"
    for reason in result["reasons"]:
        assert reason.keys() >= {"framework", "points", "text", "source"}
    for flip in result["flips"]:
        assert flip["framework"] != result["framework"]
    assert result["coverage"]["answered"] == 2


def test_a_reported_flip_changes_the_recommendation(trivet: Trivet) -> None:
    def recommend(*arguments: str) -> dict[str, object]:
        data = [word for pair in arguments for word in ("--data", pair)]
        result: dict[str, object] = json.loads(
            trivet("recommend", "--json", "--defaults", *data).out
        )
        return result

    flips = recommend("use_case=microservice")["flips"]
    assert isinstance(flips, list)
    plain = [flip for flip in flips if flip["change"] == "answer"]
    assert plain
    for flip in plain:
        arguments = {"use_case": "microservice", flip["criterion"]: flip["answer"]}
        other = recommend(*(f"{key}={value}" for key, value in arguments.items()))
        assert other["framework"] == flip["framework"]


def test_a_weight_can_be_given(trivet: Trivet) -> None:
    arguments = [
        "--data",
        "use_case=api",
        "--data",
        "experience=knows_django",
        "--json",
    ]
    plain = trivet("recommend", "--defaults", *arguments)
    heavy = trivet(
        "recommend", "--defaults", *arguments, "--weight", "experience=decisive"
    )
    assert json.loads(plain.out)["verdict"] == "tie"
    assert json.loads(heavy.out)["framework"] == "django"
    assert json.loads(heavy.out)["verdict"] == "clear"
    assert json.loads(heavy.out)["weights"]["experience"] == "decisive"
    words = trivet(
        "recommend", "--defaults", *arguments[:-1], "--weight", "size=decisive"
    )
    assert "You set the weight of size to decisive." in words.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--weight", "colour=much"], "no criterion `colour`"),
        (["--weight", "size=huge"], "`huge` is not a weight"),
        (["--weight", "size"], "write CRITERION=WEIGHT, such as load=much"),
        (["--data", "size=tiny"], "size: `tiny` is not a valid answer"),
        (["--data", "sise=small"], "Did you mean `size`?"),
        (["--data", "database=oracle", "--ref", "nope"], "no version `nope`"),
    ],
)
def test_invalid_input_is_explained(
    trivet: Trivet, arguments: list[str], sentence: str
) -> None:
    outcome = trivet("recommend", "--defaults", *arguments)
    assert outcome.code == 2
    assert sentence in outcome.err
    assert not outcome.out


def test_without_a_terminal_a_recommendation_needs_its_answers(trivet: Trivet) -> None:
    outcome = trivet("recommend", "--data", "use_case=api")
    assert outcome.code == 2
    assert "no terminal to ask on" in outcome.err
    assert "project_name" not in outcome.err, "it has nothing to do with the decision"


def test_all_answers_given_need_no_terminal(trivet: Trivet) -> None:
    arguments = ["use_case=api", "size=small", "load=modest", "control=own_choice"]
    arguments += ["experience=beginner", "priority=learning", "features=api"]
    data = [word for pair in arguments for word in ("--data", pair)]
    assert trivet("recommend", *data).code == 0


def test_the_frameworks_are_compared_row_by_row(trivet: Trivet) -> None:
    rows = json.loads(trivet("compare", "--json").out)
    assert [row["id"] for row in rows] == [f"T{n}" for n in range(1, 14)]
    for row in rows:
        assert all(row[key] for key in ("title", "django", "flask", "fastapi"))
    text = trivet("compare").out
    for row in rows:
        assert row["title"] in text


def test_the_comparison_is_defined_once() -> None:
    text = (source.PACKAGE / "recommendation" / "comparison.yml").read_text("utf-8")
    assert len(load_yaml(text, "comparison.yml")) == 13


def test_a_preview_writes_nothing(
    trivet: Trivet, template_repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments: list[str | Path] = ["--template", template_repo, "--data", "extras=[]"]
    wanted = ["--data", "use_case=high_concurrency"]
    outcome = trivet("preview", "--defaults", "--json", *arguments, *wanted)
    shown = json.loads(outcome.out)
    assert shown["framework"] == "fastapi"
    assert "pyproject.toml" in shown["files"]
    assert "Dockerfile" not in shown["files"]
    assert any(entry.startswith("fastapi") for entry in shown["dependencies"])
    assert any(e.startswith("pytest") for e in shown["dependency_groups"]["dev"])
    model = Questionnaire(PackageTree()).model
    features = model.criteria["use_case"].answers["high_concurrency"].features
    assert set(shown["left_out"]) == set(features) - set(
        model.available_features["fastapi"]
    )
    assert not os.listdir(tmp_path)  # noqa: PTH208


@pytest.mark.parametrize("command", [["recommend", "--defaults"], ["compare"]])
def test_output_is_plain_and_fits_80_columns(
    trivet: Trivet, command: list[str]
) -> None:
    outcome = trivet(*command)
    assert "\x1b" not in outcome.out
    assert max(len(line) for line in outcome.out.splitlines()) <= 80


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_package_can_be_run_as_a_module() -> None:
    outcome = run("-m", "selector", "recommend", "--defaults", "--json")
    assert outcome.returncode == 0, outcome.stderr
    assert json.loads(outcome.stdout)["framework"] == "fastapi"


def test_a_recommendation_does_not_wait_for_copier() -> None:
    code = (
        "import sys; from selector.cli.main import main; "
        "main(['recommend', '--defaults']); "
        "print('copier' in sys.modules, 'questionary' in sys.modules)"
    )
    assert run("-c", code).stdout.splitlines()[-1] == "False False"


def test_a_terminal_without_unicode_is_supported() -> None:
    outcome = run("-m", "selector", "compare", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert outcome.returncode == 0, outcome.stderr


def test_the_version_is_that_of_the_project(trivet: Trivet) -> None:
    assert f'version = "{source.package_version()}"' in (
        ROOT / "pyproject.toml"
    ).read_text("utf-8")
    assert source.package_version() in trivet("--version").out


@pytest.mark.slow
def test_ctrl_c_while_setting_up_keeps_the_project(
    trivet: Trivet, template_repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: bootstrap.Bootstrap) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap.Bootstrap, "run", interrupted)
    destination = tmp_path / "x"
    outcome = trivet("new", destination, "--defaults", "--template", template_repo)
    assert outcome.code == 130
    assert "The files are written" in outcome.err
    assert re.search(rf"cd {re.escape(str(destination))} && \S*uv sync", outcome.err)
    assert (destination / "pyproject.toml").is_file()
    assert "To create the same project again" in outcome.out


@pytest.mark.slow
def test_a_setup_that_fails_ends_with_1_and_keeps_the_project(
    trivet: Trivet, template_repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: bootstrap.Bootstrap) -> None:
        message = "The dependencies could not be installed: no network"
        raise SetupError(message)

    monkeypatch.setattr(bootstrap.Bootstrap, "run", failing)
    destination = tmp_path / "x"
    outcome = trivet("new", destination, "--defaults", "--template", template_repo)
    assert outcome.code == 1
    assert "no network" in outcome.err
    assert (destination / "pyproject.toml").is_file()


def test_help_names_the_commands(trivet: Trivet) -> None:
    outcome = trivet("--help")
    assert outcome.code == 0
    for command in ("new", "recommend", "compare", "preview"):
        assert command in outcome.out
