"""`trivet new`: create a project."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from selector import git, process
from selector.cli import output, prompts
from selector.cli.answers import Explanation, answer_questions, load_data
from selector.cli.options import answer_options, parse_weights, weight_option
from selector.cli.preview import print_contents
from selector.cli.review import STOP, WRITE, change_answer, choose_action
from selector.errors import CancelledError, SetupError, UserError
from selector.project.bootstrap import Bootstrap, uv_advice, uv_command
from selector.project.constraints import constraints_path, parse_constraints
from selector.project.create import RenderedProject, check_destination, render_project
from selector.template.questionnaire import Answers, Questionnaire
from selector.template.source import Template, open_template

EXIT_INTERRUPTED = 130


@click.command()
@click.argument("destination", type=click.Path(path_type=Path), metavar="DEST")
@answer_options
@weight_option
@click.option("--no-setup", is_flag=True, help="Only write the files; install nothing.")
def new(  # noqa: PLR0913, PLR0917 - one argument for each option
    destination: Path,
    pairs: tuple[str, ...],
    data_file: Path | None,
    address: str | None,
    ref: str | None,
    weights: tuple[str, ...],
    *,
    defaults: bool,
    no_setup: bool,
) -> None:
    """Create a new project in the folder DEST."""
    out = output.create_console()
    data = load_data(pairs, data_file)
    path = check_destination(destination)
    display_path = str(destination)
    with open_template(address, ref) as template:
        questionnaire = Questionnaire(template.tree)
        questionnaire.set_folder_name(path.name)
        questionnaire.set_weights(parse_weights(weights))
        session = _Session(template, questionnaire, out, path, data)
        try:
            answers, project = session.run(defaults=defaults)
        except KeyboardInterrupt:
            if defaults or not prompts.is_terminal():
                raise
            command = _format_command(
                template, ref, session.given, weights, display_path
            )
            if no_setup:
                command += " --no-setup"
            message = f"Stopped. Nothing was written. Continue with:\n  {command}"
            raise CancelledError(message) from None
        constraints = [] if no_setup else _read_constraints(template, answers)
    try:
        out.print(f"\n[bold]Written to[/] {project.folder}", soft_wrap=True)
        for note in template.notes:
            out.print(f"Note: {note}", markup=False)
        try:
            if not no_setup:
                chosen = questionnaire.model.frameworks[answers.given["framework"]]
                minimum = chosen.python
                _set_up(out, project.folder, display_path, minimum, constraints)
        finally:
            command = _repeat_command(template, project, answers, weights, display_path)
            output.print_commands(out, "To create the same project again", [command])
        _print_next_steps(out, display_path, project, no_setup=no_setup)
    except KeyboardInterrupt:
        uv = uv_command()
        steps = f"cd {shlex.quote(display_path)} && {uv} sync && {uv} run poe setup"
        message = (
            "Interrupted. The files are written, but setup is incomplete. Continue "
            f"with:\n  {steps}"
        )
        interrupted = SetupError(message)
        interrupted.exit_code = EXIT_INTERRUPTED
        raise interrupted from None


@dataclass
class _Session:
    """The questions of one run, until the project is written.

    data   the answers from the command line
    given  these and the answers to questions; with them an interrupted run continues
    """

    template: Template
    questionnaire: Questionnaire
    out: Console
    path: Path
    data: dict[str, object]
    given: dict[str, Any] = field(default_factory=dict)

    def run(self, *, defaults: bool) -> tuple[Answers, RenderedProject]:
        """Ask the questions, show the project until it is approved, and write it.

        Raise KeyboardInterrupt if the user stops.
        """
        self.given = dict(self.data)
        explanation = Explanation(self.questionnaire, self.out)
        answers = answer_questions(
            self.questionnaire,
            self.data,
            explanation,
            defaults=defaults,
            record=self.given,
        )
        is_reviewed = not defaults and prompts.is_terminal()
        while True:
            explanation.print(answers.all)
            explanation.print_cost(answers.all)
            action, project = self._show(answers, is_reviewed=is_reviewed)
            if action == WRITE:
                return answers, project
            if action == STOP:
                raise KeyboardInterrupt
            explanation = Explanation(self.questionnaire, self.out)
            answers = self._change(answers, explanation)

    def _show(
        self, answers: Answers, *, is_reviewed: bool
    ) -> tuple[str, RenderedProject]:
        """Render the project, print its contents, and write it if it is approved."""
        with render_project(self.template, answers, self.path) as project:
            self.out.print()
            print_contents(self.out, self.questionnaire, answers, project)
            action = WRITE
            if is_reviewed:
                action = choose_action(self.out, self.questionnaire, answers, self.path)
            if action == WRITE:
                project.move_to_destination()
            return action, project

    def _change(self, answers: Answers, explanation: Explanation) -> Answers:
        changed = change_answer(
            self.questionnaire, answers, self.data, explanation, self.out
        )
        asked = self.questionnaire.list_asked_questions(changed)
        names = [name for name in changed.given if name in {*self.data, *asked}]
        self.given = {name: changed.given[name] for name in names}
        return changed


def _read_constraints(template: Template, answers: Answers) -> list[str]:
    """Return the dependency versions that this version of the template was tested with.

    A template other than Trivet's may have none.
    """
    file = constraints_path(answers.all["framework"])
    return parse_constraints(template.tree.read(file) or "")


def _set_up(
    out: Console,
    path: Path,
    display_path: str,
    python_minimum: str,
    constraints: list[str],
) -> None:
    out.print()
    Bootstrap(
        path,
        python_minimum,
        display_path,
        partial(output.show_step, out),
        partial(out.print, markup=False),
        constraints,
    ).run()


def _print_next_steps(
    out: Console, display_path: str, project: RenderedProject, *, no_setup: bool
) -> None:
    uv = uv_command()
    subdirectory = project.answers.get("subdirectory", "")
    steps = [f"cd {shlex.quote(display_path)}"]
    if no_setup:
        if not _is_in_repository(out, project.destination):
            steps += ["git init -b main"]
        steps += [f"{uv} sync", f"{uv} run poe setup"]
        steps += ["git add --all . && git commit -m 'Start the service'"]
    output.print_commands(out, "Next steps", [*steps, f"{uv} run poe dev"])
    if subdirectory:
        _print_repository_steps(out, subdirectory, project.files)
    if advice := uv_advice():
        out.print(f"\n{advice}", markup=False)


def _is_in_repository(out: Console, folder: Path) -> bool:
    """Check whether a folder is in a git repository, even if git refuses to read it."""
    try:
        return git.find_top_folder(folder) is not None
    except UserError as error:
        out.print(f"\n{error}", markup=False)
        return True


def _print_repository_steps(
    out: Console, subdirectory: str, files: Sequence[str]
) -> None:
    """Print what to copy to the top of the repository, where other programs read it."""
    name = Path(subdirectory).name
    workflows = [file for file in files if file.startswith(".github/workflows/")]
    copies = {file: f".github/workflows/{name}-{Path(file).name}" for file in workflows}
    if "renovate.json" in files:
        copies["renovate.json"] = "renovate.json"
    steps = ["mkdir -p .github/workflows"] if workflows else []
    for file, target in copies.items():
        source = f"{subdirectory}/{file}"
        steps += [f"cp -n {shlex.quote(source)} {shlex.quote(target)}"]
    if ".pre-commit-config.yaml" in files:
        steps += [f"(cd {shlex.quote(subdirectory)} && uv run pre-commit install)"]
    if steps:
        message = (
            f"The project is in {subdirectory} of a larger repository. CI, Renovate "
            "and git hooks only work at its top. Run there:"
        )
        output.print_commands(out, message, steps)
    if ".gitlab-ci.yml" in files:
        out.print(
            "\nGitLab needs these lines in .gitlab-ci.yml at the top of the "
            f"repository:\n  include:\n    - local: {subdirectory}/.gitlab-ci.yml",
            markup=False,
        )


def _repeat_command(
    template: Template,
    project: RenderedProject,
    answers: Answers,
    weights: tuple[str, ...],
    display_path: str,
) -> str:
    """Return the command that creates the same project."""
    ref = str(project.answers.get("_commit", template.commit))
    command = _format_command(template, ref, answers.changed, weights, display_path)
    return f"{command} --defaults"


def _format_command(
    template: Template,
    ref: str | None,
    answers: Mapping[str, Any],
    weights: tuple[str, ...],
    display_path: str,
) -> str:
    """Return the command that creates a project with these answers."""
    words = [process.program_name(), "new", display_path]
    words += ["--template", template.address] if template.address else []
    words += ["--ref", ref] if ref else []
    for key, value in answers.items():
        words += ["--data", f"{key}={output.format_answer(value)}"]
    for weight in weights:
        words += ["--weight", weight]
    return shlex.join(words)
