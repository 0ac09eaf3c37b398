"""The commands for living projects: `trivet update` and `trivet doctor`."""

import re
import shlex
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from selector import process
from selector.cli import output, prompts
from selector.cli.options import pairs_of
from selector.errors import Refusal
from selector.project.bootstrap import uv_as_typed
from selector.project.doctor import examine
from selector.project.metadata import Living, found
from selector.project.status import Standing, standing
from selector.project.update import Outcome, Wanted, changes, go_back, prepared, undo

OPEN = 1  # what the command ends with where something is left to do
MOST_NAMES = 12

folder_argument = click.argument(
    "folder", type=click.Path(path_type=Path), default=".", metavar="[PROJECT]"
)


@click.command()
@folder_argument
@click.option(
    "--check", is_flag=True, help="Only say whether there is a newer release."
)
@click.option(
    "--add", multiple=True, metavar="FEATURE", help="Add a feature; repeatable."
)
@click.option(
    "--remove",
    multiple=True,
    metavar="FEATURE",
    help="Take a feature away; repeatable.",
)
@click.option(
    "--data",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change another answer; repeatable.",
)
@click.option("--ref", metavar="VERSION", help="Go to this version of the template.")
@click.option(
    "--template",
    "where",
    metavar="PLACE",
    help="Folder or git address of the template, if it has moved.",
)
@click.option("--yes", is_flag=True, help="Let files go that you edited.")
@click.option("--no-test", is_flag=True, help="Install and test nothing afterwards.")
@click.option("--undo", "back", is_flag=True, help="Undo the last update.")
def update(  # noqa: PLR0913 - one argument for each option
    folder: Path,
    *,
    add: tuple[str, ...],
    remove: tuple[str, ...],
    pairs: tuple[str, ...],
    ref: str | None,
    where: str | None,
    check: bool,
    yes: bool,
    no_test: bool,
    back: bool,
) -> int:
    """Bring a project up to date with its template, on a branch of its own."""
    out = output.console()
    if back:
        out.print(f"Undone: you are on {undo(folder)} again.", markup=False)
        return 0
    living = found(folder)
    wanted = Wanted(add, remove, pairs_of("--data", pairs))
    with standing(living, where, ref) as stands:
        if check:
            return _check(out, stands)
        living.require_clean()
        answers = wanted.answers(stands)
        changed = changes(living, answers)
        if not (stands.newer or changed or where):
            out.print(f"Up to date: {living.version}.", markup=False)
            return 0
        _announce(out, stands, changed)
        moved = stands.source.recorded if where else None
        try:
            say = partial(out.print, markup=False)
            with ExitStack() as stack:
                with output.step(out, "Merging"):
                    made = prepared(stands, answers, moved, say)
                    outcome = stack.enter_context(made)
                if outcome.empty and not (stands.newer or where):
                    out.print("These answers change nothing in the project.")
                    return 0
                _show(out, outcome)
                _agree(out, outcome, framework=changed.get("framework"), yes=yes)
                before = outcome.take_over(_message(stands, changed))
        except KeyboardInterrupt:
            raise _Stopped from None
    return _finish(out, outcome, before, test=not no_test)


class _Stopped(Refusal):
    exit_code = 130

    def __init__(self) -> None:
        super().__init__("Stopped. The project is as it was.")


class _NotAgreed(Refusal):
    exit_code = OPEN


def _check(out: Console, stands: Standing) -> int:
    if not stands.newer:
        out.print(f"Up to date: {stands.living.version}.", markup=False)
        return 0
    out.print(
        f"{stands.target} is there; the project is at {stands.living.version}. "
        "`trivet update` brings it.",
        markup=False,
    )
    _news(out, stands)
    return OPEN


def _announce(out: Console, stands: Standing, answers: dict[str, object]) -> None:
    if stands.newer:
        line = f"[bold]Update:[/] {stands.living.version} to {stands.target}"
        out.print(line)
    for key, value in answers.items():
        old = output.plain(stands.living.given[key])
        out.print(f"{key}: from {old} to {output.plain(value)}", markup=False)
    if "framework" in answers:
        out.print(
            "\n[bold]A change of framework writes the service again.[/] The files of "
            "the old framework go, with what you changed in them. Files of your own "
            "stay, but do not run under the new one. Migrations stay too, and say "
            "nothing to it. Most often it is less work to make a new project beside "
            "this one, and to move your code there piece by piece: `trivet new`."
        )
    _news(out, stands)
    out.print()


def _news(out: Console, stands: Standing) -> None:
    if not stands.newer or not stands.news:
        return
    out.print("\n[bold]What is new[/]")
    unwrapped = re.sub(r"\n +(?!- )(?=\S)", " ", stands.news)
    for line in filter(None, unwrapped.splitlines()):
        if line.startswith("#"):
            out.print(f"\n{line}", markup=False)
        else:
            text = re.sub(r"^ *- ", "", line)
            item = Table.grid(padding=(0, 1))
            item.add_row(line.removesuffix(text).rstrip() or " ", Text(text))
            out.print(item)


def _show(out: Console, outcome: Outcome) -> None:
    out.print()
    for title, files in (
        ("Changed", outcome.changed),
        ("New", outcome.new),
        ("Gone", outcome.gone),
    ):
        if files:
            out.print(f"[bold]{title}[/] ({len(files)})")
            _names(out, files)


def _names(out: Console, names: Sequence[str], most: int = MOST_NAMES) -> None:
    for name in names[:most]:
        output.command(out, name)
    if len(names) > most:
        out.print(f"  and {len(names) - most} more")


def _agree(out: Console, outcome: Outcome, *, framework: object, yes: bool) -> None:
    """Let nobody lose a file, or change the framework, without saying so."""
    if outcome.lost:
        out.print("\n[bold]These go, and they hold work of yours:[/]")
        _names(out, outcome.lost, most=len(outcome.lost))
        out.print("They stay in the history: `git checkout HEAD~ -- FILE` has them.")
    if yes or not (outcome.lost or framework):
        return
    if not prompts.terminal():
        message = "Nothing was changed. Add --yes if you want this."
        raise _NotAgreed(message)
    if not prompts.confirmed("Go on?", default=False):
        message = "Nothing was changed."
        raise _NotAgreed(message)


def _message(stands: Standing, answers: dict[str, object]) -> str:
    lines = []
    if stands.newer:
        title = (
            f"Update from {stands.living.version} to {stands.target} of the template"
        )
    else:
        title = f"Change {', '.join(answers) or 'the address of the template'}"
    lines = [f"{key}: {output.plain(value)}" for key, value in answers.items()]
    return "\n\n".join(filter(None, [title, "\n".join(lines)]))


def _finish(out: Console, outcome: Outcome, before: str, *, test: bool) -> int:
    """Say what is left to do, and do what can be done."""
    branch = outcome.branch
    out.print()
    if outcome.conflicts:
        out.print(f"[bold]Conflicts[/] ({len(outcome.conflicts)})")
        _names(out, outcome.conflicts, most=len(outcome.conflicts))
        uv = uv_as_typed()
        steps = ["git add --all && git commit", f"{uv} sync && {uv} run poe test"]
        out.print(
            f"You are on the branch {branch}. Both you and the template changed these "
            "files: solve what stands between <<<<<<< and >>>>>>>, then"
        )
        for step in steps:
            output.command(out, step)
        _ways(out, outcome.living, branch, before)
        return OPEN
    passed = _test(out, outcome, before) if test else None
    out.print(f"\nThe update is a commit on the branch {branch}.", markup=False)
    models = [n for n in outcome.changed + outcome.new if Path(n).name == "models.py"]
    if models and not passed:
        uv = uv_as_typed()
        out.print(
            "Models changed. If tables change with them, write the migration (the "
            "schema is yours), read it, apply it, and run the tests:"
        )
        output.command(out, f'{uv} run poe migration "what changed"')
        output.command(out, f"{uv} run poe migrate && {uv} run poe test")
    output.lines(out, "To look at it", [f"git diff {before}..."])
    _ways(out, outcome.living, branch, before)
    return OPEN if passed is False else 0


def _ways(out: Console, living: Living, branch: str, before: str) -> None:
    """Say how to take an update, and how to undo it."""
    place = living.folder
    here = "" if Path.cwd().resolve() == place else f" {shlex.quote(str(place))}"
    output.lines(out, "To take it", [f"git checkout {before} && git merge {branch}"])
    output.lines(out, "To undo it", [f"{process.program()} update --undo{here}"])


def _test(out: Console, outcome: Outcome, before: str) -> bool:
    """Install and run the project's own tests; who interrupts that undoes all."""
    living = outcome.living
    try:
        for title, arguments in (
            ("Dependencies (uv sync)", ("sync",)),
            ("Tests (poe test)", ("run", "--no-sync", "poe", "test")),
        ):
            with output.step(out, title):
                done = process.run("uv", *arguments, cwd=living.folder)
            if not done.ok:
                said = (done.stdout + done.stderr).strip().splitlines()[-20:]
                out.print("\n".join(said), markup=False)
                out.print(f"\n[bold]{title} failed.[/]")
                return False
        for line in done.stdout.strip().splitlines()[-1:]:
            out.print(line.strip("= "), markup=False)
    except (KeyboardInterrupt, SystemExit):
        go_back(living, outcome.branch, before)
        raise _Stopped from None
    return True


@click.command()
@folder_argument
def doctor(folder: Path) -> int:
    """Say what ails a project, and how to mend it."""
    out = output.console()
    table = Table.grid(padding=(0, 1))
    findings = list(examine(folder))
    for finding in findings:
        mark = "[bold]!![/]" if finding.mend else "ok"
        table.add_row(mark, f"[bold]{finding.about}:[/] {escape(finding.says)}")
        if finding.mend:
            table.add_row("", Text(finding.mend))
    out.print(table)
    return OPEN if any(finding.mend for finding in findings) else 0
