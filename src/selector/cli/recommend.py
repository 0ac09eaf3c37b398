"""`trivet recommend`: decide without creating a project."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from selector.cli import output
from selector.cli.answers import answer_questions, load_data
from selector.cli.options import (
    answer_options,
    json_option,
    parse_weights,
    weight_option,
)
from selector.recommendation.explanation import print_explanation
from selector.template.questionnaire import Questionnaire
from selector.template.source import PackageTree, open_template


@click.command()
@answer_options
@weight_option
@click.option(
    "--pairs",
    "with_pairs",
    is_flag=True,
    help="Also search for two answers that would change it together.",
)
@json_option
def recommend(  # noqa: PLR0913 - one argument for each option
    pairs: tuple[str, ...],
    data_file: Path | None,
    address: str | None,
    ref: str | None,
    weights: tuple[str, ...],
    *,
    with_pairs: bool,
    defaults: bool,
    as_json: bool,
) -> None:
    """Recommend a framework and explain why; nothing is written."""
    data = load_data(pairs, data_file)
    if address or ref:
        with open_template(address, ref) as template:
            questionnaire = Questionnaire(template.tree)
            answers = _answer_criteria(questionnaire, data, weights, defaults=defaults)
    else:
        questionnaire = Questionnaire(PackageTree())
        answers = _answer_criteria(questionnaire, data, weights, defaults=defaults)
    decision = questionnaire.decision
    result = decision.recommend(answers)
    flipping_pairs = list(decision.find_pairs(answers)) if with_pairs else None
    if as_json:
        content = result.as_data()
        if flipping_pairs is not None:
            content["pairs"] = [asdict(pair) for pair in flipping_pairs]
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        out = output.create_console()
        print_explanation(out, decision, result, pairs=flipping_pairs)
        out.print(
            "The codes in brackets are rows of docs/reference/criteria.md in Trivet."
        )


def _answer_criteria(
    questionnaire: Questionnaire,
    data: Mapping[str, object],
    weights: tuple[str, ...],
    *,
    defaults: bool,
) -> dict[str, Any]:
    """Ask for the answers that weigh in the decision, and return them."""
    questionnaire.set_weights(parse_weights(weights))
    # Anyone who asks for a recommendation has not chosen a framework yet.
    data = {"known_framework": "none", "project_name": "My Service", **data}
    last = questionnaire.criteria[-1]
    answers = answer_questions(questionnaire, data, None, defaults=defaults, until=last)
    keys = ["known_framework", *questionnaire.criteria]
    return {key: answers.given[key] for key in keys}
