"""Print text on the terminal, in at most 100 columns, with or without colour."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from selector.recommendation.explanation import print_rows
from selector.recommendation.model import Model

MAX_WIDTH = 100


def create_console(*, err: bool = False) -> Console:
    """Return a console of at most 100 columns, since wider text is hard to read."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # for terminals without Unicode
    out = Console(stderr=err, highlight=False)
    out.width = min(out.width, MAX_WIDTH)
    return out


@contextmanager
def show_step(out: Console, text: str) -> Iterator[None]:
    """Show that a step is running, and how long it took."""
    start = monotonic()
    if out.is_terminal:
        with out.status(f"{text} ..."):
            yield
    else:
        out.print(f"{text} ...")
        yield
    out.print(f"{text}: {monotonic() - start:.1f} s")


def print_comparison(
    out: Console, rows: Sequence[Mapping[str, str]], model: Model
) -> None:
    """Print the table of the three frameworks."""
    table = Table(show_lines=False, box=None, padding=(0, 2, 1, 0), pad_edge=False)
    table.add_column("", style="bold")
    for framework in model.frameworks.values():
        table.add_column(framework.title, ratio=1)
    for row in rows:
        table.add_row(row["title"], *(row[key] for key in model.frameworks))
    out.print(table)


def print_answers(out: Console, given: Sequence[tuple[str, str]]) -> None:
    """Print the answers for a review before anything is written."""
    out.print("\n[bold]Your answers[/]")
    print_rows(out, given)


def print_tree(out: Console, name: str, files: Sequence[str]) -> None:
    """Print folders and files, folders first."""
    root = Tree(Text(f"{name}/", style="bold"))
    _add_paths(root, [file.split("/") for file in files])
    out.print(root)
    out.print(f"{len(files)} files")


def _add_paths(node: Tree, paths: list[list[str]]) -> None:
    folders: dict[str, list[list[str]]] = {}
    for path in paths:
        if len(path) > 1:
            folders.setdefault(path[0], []).append(path[1:])
    for folder, inner in folders.items():
        _add_paths(node.add(Text(f"{folder}/", style="bold")), inner)
    for path in paths:
        if len(path) == 1:
            node.add(Text(path[0]))


def print_dependencies(out: Console, groups: Mapping[str, Sequence[str]]) -> None:
    """Print the dependencies of the project by group."""
    out.print("\n[bold]Dependencies[/]")
    for name, entries in groups.items():
        label = f"{name}: " if name else ""
        out.print(
            Text(f"  {label}{', '.join(entries)}" if entries else f"  {label}none")
        )


def print_commands(out: Console, heading: str, entries: Sequence[str]) -> None:
    """Print commands below a heading."""
    out.print(f"\n[bold]{heading}[/]")
    for entry in entries:
        print_command(out, entry)


def print_command(out: Console, text: str) -> None:
    """Print a command without line breaks, so that it can be copied."""
    out.print(Text(f"  {text}"), soft_wrap=True)


def format_answer(value: Any) -> str:  # noqa: ANN401 - an answer can be anything
    """Return an answer in the form that --data accepts."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(value) if value else "[]"
    return str(value)
