"""`trivet preview`: show a project without writing it."""

import json
from pathlib import Path

import click
from rich.console import Console

from selector.cli import output
from selector.cli.answers import Explanation, answer_questions, load_data
from selector.cli.options import answer_options, json_option
from selector.project.create import RenderedProject, render_project
from selector.template.questionnaire import Answers, Questionnaire
from selector.template.source import open_template


@click.command()
@answer_options
@json_option
def preview(  # noqa: PLR0913 - one argument for each option
    pairs: tuple[str, ...],
    data_file: Path | None,
    address: str | None,
    ref: str | None,
    *,
    defaults: bool,
    as_json: bool,
) -> None:
    """Show the files and dependencies of a project without writing it."""
    import tempfile  # noqa: PLC0415 - the other commands need not wait for it

    out = output.create_console()
    data = load_data(pairs, data_file)
    with (
        open_template(address, ref) as template,
        tempfile.TemporaryDirectory(prefix="trivet-") as folder,
    ):
        questionnaire = Questionnaire(template.tree)
        explanation = None if as_json else Explanation(questionnaire, out)
        answers = answer_questions(questionnaire, data, explanation, defaults=defaults)
        if explanation:
            explanation.print_cost(answers.all)
        slug = answers.computed["project_slug"]
        with render_project(template, answers, Path(folder, slug)) as project:
            if as_json:
                _print_json(questionnaire, answers, project)
            else:
                print_contents(out, questionnaire, answers, project)


def _print_json(
    questionnaire: Questionnaire, answers: Answers, project: RenderedProject
) -> None:
    groups = project.dependencies
    content = {
        "framework": answers.given["framework"],
        "answers": answers.given,
        "left_out": missing_features(questionnaire, answers),
        "files": project.files,
        "dependencies": groups.pop("", []),
        "dependency_groups": groups,
    }
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))


def print_contents(
    out: Console,
    questionnaire: Questionnaire,
    answers: Answers,
    project: RenderedProject,
) -> None:
    """Print the files and dependencies of a project, and the features it lacks."""
    output.print_tree(out, project.destination.name, project.files)
    output.print_dependencies(out, project.dependencies)
    missing = missing_features(questionnaire, answers)
    if missing:
        framework = questionnaire.model.frameworks[answers.given["framework"]].title
        out.print(
            "\n[bold]Left out,[/] because they are not available with "
            f"{framework}: {', '.join(missing)}"
        )


def missing_features(questionnaire: Questionnaire, answers: Answers) -> list[str]:
    """Return the requested features that the framework does not have."""
    requested = set(answers.given["features"])
    available = questionnaire.model.available_features[answers.given["framework"]]
    return [
        key
        for key in questionnaire.model.features
        if key in requested and key not in available
    ]
