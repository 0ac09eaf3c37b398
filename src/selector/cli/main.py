"""The command `trivet`."""

import json
import shlex
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from functools import partial, reduce
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click
from rich.console import Console

from selector import process
from selector.cli import output, prompts
from selector.cli import update as upkeep
from selector.cli.options import pairs_of
from selector.errors import Refusal, SetupFailed
from selector.project.bootstrap import Setup, uv_as_typed
from selector.project.create import Project, check_destination, rendered
from selector.recommendation.explanation import choice_cost, print_explanation
from selector.template import source as template
from selector.template.questionnaire import Answers, Prompt, Questionnaire
from selector.yaml_loader import load_yaml

INTERRUPTED = 130
TERMINATED = 143

Command = Callable[..., None]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; a known trouble is one message and an exit code."""
    process.clean_environment()
    signal.signal(signal.SIGTERM, _terminate)
    try:
        result = cli.main(arguments, prog_name=process.program(), standalone_mode=False)
    except click.Abort:
        click.echo("Stopped. Nothing was written.", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Refusal as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return result if isinstance(result, int) else 0


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(TERMINATED)  # as an exception, so that half-made things are removed


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    return lambda command: reduce(
        lambda inner, option: option(inner), reversed(options), command
    )


answer_options = _options(
    click.option(
        "--defaults", is_flag=True, help="Ask nothing; take the default answers."
    ),
    click.option(
        "--data",
        "given",
        multiple=True,
        metavar="KEY=VALUE",
        help="Answer a question; repeatable.",
    ),
    click.option(
        "--data-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Take answers from a YAML file; --data goes first.",
    ),
    click.option(
        "--template",
        "where",
        metavar="PLACE",
        help="Folder or git address of the template, if not this one.",
    ),
    click.option(
        "--ref", metavar="VERSION", help="Tag, branch or commit of the template."
    ),
)
weight_option = click.option(
    "--weight",
    "weights",
    multiple=True,
    metavar="CRITERION=WEIGHT",
    help="Let a criterion weigh none, some, much or decisive; repeatable.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88}
)
@click.version_option(template.version(), prog_name="trivet")
def cli() -> None:
    """Find out whether Django, Flask or FastAPI fits, and start a service in it."""


@cli.command()
@click.argument("destination", type=click.Path(path_type=Path), metavar="DEST")
@answer_options
@weight_option
@click.option("--no-setup", is_flag=True, help="Only write the files; install nothing.")
def new(  # noqa: PLR0913, PLR0917 - one argument for each option
    destination: Path,
    given: tuple[str, ...],
    data_file: Path | None,
    where: str | None,
    ref: str | None,
    weights: tuple[str, ...],
    *,
    defaults: bool,
    no_setup: bool,
) -> None:
    """Make a new project in the folder DEST."""
    out = output.console()
    data = _data(given, data_file)
    path = check_destination(destination)
    with template.opened(where, ref) as source:
        questionnaire = Questionnaire(source.tree)
        questionnaire.start_in(path.name)
        questionnaire.weigh(pairs_of("--weight", weights))
        explained = Explained(questionnaire, out)
        answers = _answers(questionnaire, data, explained, defaults=defaults)
        explained.show(answers.all)
        explained.show_cost(answers.all)
        with rendered(source, questionnaire, answers, path) as project:
            out.print()
            _show_contents(out, questionnaire, answers, project)
            if not defaults and prompts.terminal():
                output.answers(out, questionnaire.in_words(answers))
                if not prompts.confirmed(f"Write {path}?"):
                    raise click.Abort
            project.move_into_place()
    try:
        again = _again(source, project, answers, weights, str(destination))
        _finish(
            out, project, source, answers, again, str(destination), no_setup=no_setup
        )
    except KeyboardInterrupt:
        uv, folder = uv_as_typed(), shlex.quote(str(destination))
        steps = f"cd {folder} && {uv} sync && {uv} run poe setup"
        message = f"Stopped. The project stands. To go on:\n  {steps}"
        interrupted = SetupFailed(message)
        interrupted.exit_code = INTERRUPTED
        raise interrupted from None


def _finish(  # noqa: PLR0913, PLR0917 - what there is to say comes from all of them
    out: Console,
    project: Project,
    source: template.Template,
    answers: Answers,
    again: str,
    shown: str,
    /,
    *,
    no_setup: bool,
) -> None:
    """Say what was written, set it up, and say how to go on."""
    out.print(f"\n[bold]Written to[/] {project.folder}", soft_wrap=True)
    for note in source.notes:
        out.print(f"Note: {note}", markup=False)
    try:
        if not no_setup:
            _set_up(out, project.folder, shown, str(answers.all["python_minimum"]))
    finally:
        output.lines(out, "The same project again", [again])
    steps = [f"cd {shlex.quote(shown)}"]
    uv = uv_as_typed()
    if no_setup:
        steps += ["git init && git add --all && git commit -m 'Start the service'"]
        steps += [f"{uv} sync", f"{uv} run poe setup"]
    output.lines(out, "Next", [*steps, f"{uv} run poe dev"])


def _again(
    source: template.Template,
    project: Project,
    answers: Answers,
    weights: tuple[str, ...],
    shown: str,
) -> str:
    """Give the command that makes the same project."""
    again = [process.program(), "new", shown]
    again += ["--template", source.argument] if source.argument else []
    again += ["--ref", str(project.answers.get("_commit", source.commit)), "--defaults"]
    for key, value in answers.changed.items():
        again += ["--data", f"{key}={output.plain(value)}"]
    for weight in weights:
        again += ["--weight", weight]
    return shlex.join(again)


def _set_up(out: Console, path: Path, shown: str, python_minimum: str) -> None:
    def step(text: str) -> AbstractContextManager[None]:
        return output.step(out, text)

    out.print()
    Setup(path, python_minimum, shown, step, partial(out.print, markup=False)).run()


def _show_contents(
    out: Console,
    questionnaire: Questionnaire,
    answers: Answers,
    project: Project,
) -> None:
    output.tree(out, project.destination.name, project.files)
    output.dependencies(out, project.dependencies)
    later = _left_out(questionnaire, answers)
    if later:
        framework = questionnaire.model.frameworks[answers.given["framework"]].title
        out.print(
            f"\n[bold]Left out:[/] {', '.join(later)}. They are not available with "
            f"{framework}. If a later release has them, add them with:"
        )
        stored = project.answers.get("features", [])
        wanted = ", ".join(dict.fromkeys([*stored, *later]))
        output.command(out, f"copier update --data 'features=[{wanted}]'")


def _left_out(questionnaire: Questionnaire, answers: Answers) -> list[str]:
    """Return the features, with those they depend on, that are not available."""
    model = questionnaire.model
    wanted = set(answers.given["features"])
    for key in answers.given["features"]:
        wanted |= set(model.features[key].brings)
    return [
        key for key in model.features if key in wanted - set(answers.computed["parts"])
    ]


@cli.command()
@answer_options
@weight_option
@click.option(
    "--pairs", is_flag=True, help="Look for two answers that would change it together."
)
@json_option
def recommend(  # noqa: PLR0913
    given: tuple[str, ...],
    data_file: Path | None,
    where: str | None,
    ref: str | None,
    weights: tuple[str, ...],
    *,
    pairs: bool,
    defaults: bool,
    as_json: bool,
) -> None:
    """Only decide, and say why; nothing is written."""
    data = _data(given, data_file)
    if where or ref:
        with template.opened(where, ref) as source:
            questionnaire = Questionnaire(source.tree)
            answers = _criteria(questionnaire, data, weights, defaults=defaults)
    else:
        questionnaire = Questionnaire(template.PackageTree())
        answers = _criteria(questionnaire, data, weights, defaults=defaults)
    decision = questionnaire.decision
    result = decision.recommend(answers)
    found = list(decision.pairs(answers)) if pairs else None
    if as_json:
        content = result.as_data()
        if found is not None:
            content["pairs"] = [asdict(pair) for pair in found]
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        print_explanation(output.console(), decision, result, pairs=found)


def _criteria(
    questionnaire: Questionnaire,
    data: Mapping[str, object],
    weights: tuple[str, ...],
    *,
    defaults: bool,
) -> dict[str, Any]:
    """Give the answers that weigh."""
    questionnaire.weigh(pairs_of("--weight", weights))
    # Someone who wants a recommendation has not chosen yet, so that is not asked.
    data = {"known_framework": "none", "project_name": "My Service", **data}
    last = questionnaire.criteria[-1]
    answers = _answers(questionnaire, data, None, defaults=defaults, until=last)
    keys = ["known_framework", *questionnaire.criteria]
    return {key: answers.given[key] for key in keys}


@cli.command()
@json_option
def compare(*, as_json: bool) -> None:
    """Print how the three frameworks compare."""
    text = (template.PACKAGE / "recommendation" / "comparison.yml").read_text("utf-8")
    rows = load_yaml(text, "comparison.yml")
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        model = Questionnaire(template.PackageTree()).model
        output.comparison(output.console(), rows, model)


@cli.command()
@answer_options
@json_option
def preview(  # noqa: PLR0913
    given: tuple[str, ...],
    data_file: Path | None,
    where: str | None,
    ref: str | None,
    *,
    defaults: bool,
    as_json: bool,
) -> None:
    """Show the files and dependencies of a project without writing it."""
    import tempfile  # noqa: PLC0415

    out = output.console()
    data = _data(given, data_file)
    with (
        template.opened(where, ref) as source,
        tempfile.TemporaryDirectory(prefix="trivet-") as folder,
    ):
        questionnaire = Questionnaire(source.tree)
        explained = None if as_json else Explained(questionnaire, out)
        answers = _answers(questionnaire, data, explained, defaults=defaults)
        if explained:
            explained.show_cost(answers.all)
        slug = answers.computed["project_slug"]
        with rendered(source, questionnaire, answers, Path(folder, slug)) as project:
            if as_json:
                content = {
                    "framework": answers.given["framework"],
                    "answers": answers.given,
                    "not_yet": _left_out(questionnaire, answers),
                    "files": project.files,
                    "dependencies": project.dependencies.pop("", []),
                    "dependency_groups": {
                        k: v for k, v in project.dependencies.items() if k
                    },
                }
                click.echo(json.dumps(content, indent=2, ensure_ascii=False))
            else:
                _show_contents(out, questionnaire, answers, project)


class Explained:
    """Shows the decision once: before the framework is asked for, else afterwards."""

    def __init__(self, questionnaire: Questionnaire, out: Console) -> None:
        """Remember what to explain and where."""
        self.questionnaire = questionnaire
        self.out = out
        self.shown = False

    def __call__(self, prompt: Prompt) -> None:
        """Explain before a question."""
        self.show(prompt.known)

    def show(self, answers: Mapping[str, Any]) -> None:
        """Explain, unless that was done or nobody wanted advice."""
        if self.shown or answers["known_framework"] != "none":
            return
        self.shown = True
        decision = self.questionnaire.decision
        result = decision.recommend(answers["recommendation"]["answers"])
        print_explanation(self.out, decision, result, brief=True)

    def show_cost(self, answers: Mapping[str, Any]) -> None:
        """Say what it costs if the framework is not the one that is recommended."""
        decision = self.questionnaire.decision
        result = decision.recommend(answers["recommendation"]["answers"])
        cost = choice_cost(decision.model, result, answers["framework"])
        if cost:
            self.out.print(f"\n{cost}", markup=False)


def _answers(
    questionnaire: Questionnaire,
    data: Mapping[str, object],
    explained: Explained | None,
    *,
    defaults: bool,
    until: str = "",
) -> Answers:
    """Check what was given at once, then ask for the rest."""
    questionnaire.check_keys(data)
    if defaults:
        return questionnaire.answer(data, until=until)
    if not prompts.terminal():
        unasked = prompts.Unasked()
        answers = questionnaire.answer(data, unasked, until=until)
        unasked.refuse()
        return answers
    questionnaire.check(data)
    ask = prompts.Terminal(explained) if explained else prompts.Terminal()
    return questionnaire.answer(data, ask, until=until)


def _data(pairs: tuple[str, ...], file: Path | None) -> dict[str, object]:
    """Gather the given answers, without what Copier keeps for itself (`_commit`)."""
    data: dict[str, object] = {}
    if file:
        try:
            content = load_yaml(file.read_text("utf-8"), str(file))
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            message = f"--data-file: {file} cannot be read: {reason}."
            raise Refusal(message) from error
        if not isinstance(content, dict) or not all(
            isinstance(key, str) for key in content
        ):
            message = f"--data-file: {file} must hold lines such as `use_case: api`."
            raise Refusal(message)
        data = {key: value for key, value in content.items() if not key.startswith("_")}
    return data | pairs_of("--data", pairs)


cli.add_command(upkeep.update)
cli.add_command(upkeep.doctor)
