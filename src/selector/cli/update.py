"""`trivet update`: merge template changes into a project."""

import re
import shlex
from collections.abc import Mapping, Sequence
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
from selector.cli.options import parse_pairs
from selector.errors import UserError
from selector.project.bootstrap import uv_command
from selector.project.metadata import ExistingProject, find_project
from selector.project.status import UpdateStatus, update_status
from selector.project.update import (
    PreparedUpdate,
    UpdateRequest,
    current_branch,
    prepare_update,
    rollback,
    undo_update,
)

EXIT_ACTION_REQUIRED = 1
MAX_NAMES = 12

project_argument = click.argument(
    "folder", type=click.Path(path_type=Path), default=".", metavar="[PROJECT]"
)


class _InterruptedError(UserError):
    exit_code = 130

    def __init__(self) -> None:
        super().__init__("Interrupted. The project is unchanged.")


class _NotConfirmedError(UserError):
    exit_code = EXIT_ACTION_REQUIRED


@click.command()
@project_argument
@click.option(
    "--check", is_flag=True, help="Only report whether there is a newer release."
)
@click.option(
    "--add",
    multiple=True,
    metavar="FEATURE",
    help="Add a feature, with what is newer in the template; repeatable.",
)
@click.option(
    "--remove", multiple=True, metavar="FEATURE", help="Remove a feature; repeatable."
)
@click.option(
    "--data",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change another answer; repeatable.",
)
@click.option(
    "--ref", metavar="VERSION", help="Update to this version of the template."
)
@click.option(
    "--template",
    "address",
    metavar="SOURCE",
    help="Folder or git address of the template, if it has moved.",
)
@click.option(
    "--yes",
    is_flag=True,
    help="Skip confirmation, even if files you edited are deleted.",
)
@click.option("--no-test", is_flag=True, help="Do not install or test afterwards.")
@click.option("--undo", is_flag=True, help="Undo the last update.")
def update(  # noqa: PLR0913 - one argument for each option
    folder: Path,
    *,
    add: tuple[str, ...],
    remove: tuple[str, ...],
    pairs: tuple[str, ...],
    ref: str | None,
    address: str | None,
    check: bool,
    yes: bool,
    no_test: bool,
    undo: bool,
) -> int:
    """Merge template changes into a new branch of a project."""
    out = output.create_console()
    if check and (add or remove or pairs or undo):
        message = "--check only reports, so it cannot be combined with a change."
        raise UserError(message)
    if undo:
        branch = undo_update(folder)
        out.print(f"The update is undone. You are on {branch} again.", markup=False)
        return 0
    project = find_project(folder)
    request = UpdateRequest(add, remove, parse_pairs("--data", pairs))
    with update_status(project, address, ref) as status:
        if check:
            return _check(out, status)
        project.require_clean()
        changes = request.changed_answers(status)
        if not (status.is_outdated or changes or address):
            out.print(f"Up to date: {project.version}.", markup=False)
            return 0
        _print_request(out, status, changes)
        moved_to = status.template.update_source if address else None
        title = _commit_message(status, changes)
        warn = partial(out.print, markup=False)
        try:
            with ExitStack() as stack:
                with output.show_step(out, "Merging"):
                    prepared = prepare_update(status, changes, moved_to, title, warn)
                    update = stack.enter_context(prepared)
                if update.is_empty and not (status.is_outdated or address):
                    out.print("The new answers do not change the project.")
                    return 0
                _print_files(out, update)
                _confirm(out, update, new_framework="framework" in changes, yes=yes)
                previous = update.apply()
        except KeyboardInterrupt:
            raise _InterruptedError from None
    return _finish(out, update, previous, test=not no_test)


def _check(out: Console, status: UpdateStatus) -> int:
    if not status.is_outdated:
        out.print(f"Up to date: {status.project.version}.", markup=False)
        return 0
    out.print(
        f"{status.target} is available; the project is at {status.project.version}. "
        "Update it with `trivet update`.",
        markup=False,
    )
    _print_changelog(out, status)
    return EXIT_ACTION_REQUIRED


def _print_request(
    out: Console, status: UpdateStatus, changes: Mapping[str, object]
) -> None:
    if status.is_outdated:
        out.print(f"[bold]Update:[/] {status.project.version} to {status.target}")
    for key, value in changes.items():
        old = output.format_answer(status.project.given[key])
        new = output.format_answer(value)
        out.print(f"{key}: from {old} to {new}", markup=False)
    if "framework" in changes:
        out.print(
            "\n[bold]Changing the framework replaces the service.[/] The old "
            "framework's files are deleted, together with your changes in them. Files "
            "that you added are kept, but they do not work with the new framework, and "
            "neither do the migrations. It is usually less work to create a new "
            "project with `trivet new` and to move your code there step by step."
        )
    _print_changelog(out, status)
    out.print()


def _print_changelog(out: Console, status: UpdateStatus) -> None:
    if not status.is_outdated or not status.changelog:
        return
    out.print("\n[bold]What is new[/]")
    unwrapped = re.sub(r"\n +(?!- )(?=\S)", " ", status.changelog)
    for line in filter(None, unwrapped.splitlines()):
        if line.startswith("#"):
            out.print(f"\n{line}", markup=False)
        else:
            text = re.sub(r"^ *- ", "", line)
            item = Table.grid(padding=(0, 1))
            item.add_row(line.removesuffix(text).rstrip() or " ", Text(text))
            out.print(item)


def _print_files(out: Console, update: PreparedUpdate) -> None:
    out.print()
    for title, files in (
        ("Changed", update.changed),
        ("New", update.new),
        ("Deleted", update.deleted),
    ):
        if files:
            out.print(f"[bold]{title}[/] ({len(files)})")
            _print_names(out, files)


def _print_names(out: Console, names: Sequence[str], most: int = MAX_NAMES) -> None:
    for name in names[:most]:
        output.print_command(out, name)
    if len(names) > most:
        out.print(f"  and {len(names) - most} more")


def _confirm(
    out: Console, update: PreparedUpdate, *, new_framework: bool, yes: bool
) -> None:
    """Ask for confirmation before edited files are deleted or the framework changes."""
    edited = update.deleted_edited
    if edited:
        out.print("\n[bold]Deleted with local changes:[/]")
        _print_names(out, edited, most=len(edited))
        previous = current_branch(update.project)
        restore = f"git checkout {previous} -- FILE"
        out.print(f"After the update, restore one with `{restore}`.", markup=False)
    if yes or not (edited or new_framework):
        return
    if not prompts.is_terminal():
        message = "Nothing was changed. Add --yes to confirm."
        raise _NotConfirmedError(message)
    if not prompts.confirm("Continue?", default=False):
        message = "Nothing was changed."
        raise _NotConfirmedError(message)


def _commit_message(status: UpdateStatus, changes: Mapping[str, object]) -> str:
    if status.is_outdated:
        title = f"Update the template from {status.project.version} to {status.target}"
    else:
        title = f"Change {', '.join(changes) or 'the address of the template'}"
    lines = [f"{key}: {output.format_answer(v)}" for key, v in changes.items()]
    return "\n\n".join(filter(None, [title, "\n".join(lines)]))


def _finish(out: Console, update: PreparedUpdate, previous: str, *, test: bool) -> int:
    """Run the project's tests, and print what to do next.

    previous  the branch that was current before the update
    """
    branch = update.branch
    uv = uv_command()
    if unignored := update.list_unignored():
        out.print(
            f"\n[bold]No longer ignored by git:[/] {escape(', '.join(unignored))}. "
            "Before you commit, move it out of the project, or add it to .gitignore."
        )
    if apps := update.list_removed_apps():
        _print_removed_apps(out, apps, previous)
    if update.conflicts:
        out.print(f"\n[bold]Conflicts[/] ({len(update.conflicts)})")
        _print_names(out, update.conflicts, most=len(update.conflicts))
        out.print(
            f"You are on the branch {branch}. You and the template changed the same "
            "lines of these files. Edit what is between <<<<<<< and >>>>>>>, then run:"
        )
        # Not --all: what an update no longer ignores is not to be committed.
        output.print_command(out, "git add --update && git commit")
        output.print_command(out, f"{uv} sync && {uv} run poe fix")
        if update.changes_models:
            _print_migration_steps(out)
        else:
            output.print_command(out, f"{uv} run poe check && {uv} run poe test")
        _print_choices(out, update.project, branch, previous)
        return EXIT_ACTION_REQUIRED
    # Without the migration, tests that use the new tables fail.
    is_tested = test and not update.needs_migration
    passed = None
    if is_tested:
        out.print()
        passed = _run_tests(out, update, previous)
    out.print(f"\nThe update is a commit on the branch {branch}.", markup=False)
    if update.needs_migration:
        out.print("Install its dependencies:")
        output.print_command(out, f"{uv} sync")
    if update.changes_models and not passed:
        _print_migration_steps(out)
    output.print_commands(out, "Review it", [f"git diff {previous}..."])
    _print_choices(out, update.project, branch, previous)
    needs_action = passed is False or (test and update.needs_migration)
    return EXIT_ACTION_REQUIRED if needs_action else 0


def _print_migration_steps(out: Console) -> None:
    uv = uv_command()
    out.print(
        "Models changed. If tables change with them, create the migration (updates do "
        "not touch migrations), review it, apply it, and run the tests:"
    )
    output.print_command(out, f'{uv} run poe migration "what changed"')
    output.print_command(out, f"{uv} run poe migrate")
    output.print_command(out, f"{uv} run poe check && {uv} run poe test")


def _print_removed_apps(out: Console, apps: list[str], previous: str) -> None:
    """Print how to drop the tables of removed apps: Django needs their code for it."""
    out.print(
        "\nThe tables of removed apps stay. If you do not need their rows, drop them "
        "before you merge: users who have rows in them could not be deleted any more."
    )
    output.print_command(out, f"git checkout {previous}")
    for app in apps:
        command = f"{uv_command()} run python manage.py migrate {app} zero"
        output.print_command(out, command)


def _print_choices(
    out: Console, project: ExistingProject, branch: str, previous: str
) -> None:
    """Print how to accept an update, and how to undo it."""
    is_here = Path.cwd().resolve() == project.folder
    folder = "" if is_here else f" {shlex.quote(str(project.folder))}"
    uv = uv_command()
    accept = f"git checkout {previous} && git merge {branch}"
    install = f"{uv} sync && {uv} run poe migrate"
    output.print_commands(out, "Accept it", [accept, install])
    output.print_commands(
        out, "Undo it", [f"{process.program_name()} update --undo{folder}"]
    )


def _run_tests(out: Console, update: PreparedUpdate, previous: str) -> bool:
    """Install the project and run its tests; an interruption undoes the update."""
    project = update.project
    lock_file = project.folder / "uv.lock"
    was_locked = lock_file.exists()
    try:
        for title, arguments in (
            ("Dependencies (uv sync)", ("sync",)),
            ("Tests (poe test)", ("run", "--no-sync", "poe", "test")),
        ):
            with output.show_step(out, title):
                done = process.run("uv", *arguments, cwd=project.folder)
            if not done.ok:
                lines = (done.stdout + done.stderr).strip().splitlines()[-20:]
                out.print("\n".join(lines), markup=False)
                out.print(f"\n[bold]{title} failed.[/]")
                return False
        for line in done.stdout.strip().splitlines()[-1:]:
            out.print(line.strip("= "), markup=False)
    except (KeyboardInterrupt, SystemExit):
        rollback(project, update.branch, previous)
        raise _InterruptedError from None
    finally:
        if not was_locked:  # A new file would have to be committed before an undo.
            lock_file.unlink(missing_ok=True)
    return True
