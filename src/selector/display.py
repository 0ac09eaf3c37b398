"""What is shown on the terminal: plain words in 80 columns, with or without colour."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from selector.model import Model
from selector.recommendation import Flip, Recommendation

WIDEST = 100


def console(*, err: bool = False) -> Console:
    """Give a console that is at most as wide as text reads well."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that knows few letters
    made = Console(stderr=err, highlight=False)
    made.width = min(made.width, WIDEST)
    return made


@contextmanager
def step(out: Console, text: str) -> Iterator[None]:
    """Show that something goes on, and in the end how long it took."""
    start = monotonic()
    if out.is_terminal:
        with out.status(f"{text} ..."):
            yield
    else:
        out.print(f"{text} ...")
        yield
    out.print(f"{text}: {monotonic() - start:.1f} s")


def explanation(
    out: Console, model: Model, result: Recommendation, *, brief: bool = False
) -> None:
    """Print the verdict first, then why, then (unless brief) what would change it."""

    def title(key: str) -> str:
        return model.frameworks[key].title

    winner = title(result.framework)
    out.print()
    if result.verdict == "tie":
        names = " and ".join(title(key) for key in result.tied)
        out.print(f"[bold]It is a tie between {names}:[/] {model.verdicts['tie']}.")
        out.print(f"{winner} stands first because it is the gentlest to learn.")
    elif result.runner_up is None:
        out.print(
            f"[bold]Recommended: {winner}[/], the only one that serves what you need."
        )
    else:
        meaning = model.verdicts[result.verdict]
        out.print(f"[bold]Recommended: {winner}[/] ({result.verdict}: {meaning}).")
        behind = "1 point" if result.margin == 1 else f"{result.margin} points"
        out.print(f"Runner-up: {title(result.runner_up)}, {behind} behind.")
    for heading, reasons in (
        (f"For {winner}", result.reasons_for(result.framework)[:3]),
        (f"Against {winner}", result.against[:2]),
    ):
        if reasons:
            out.print(f"\n[bold]{heading}[/]")
            _lines(out, [(f"{r.points:+d}", f"{r.text} [{r.source}]") for r in reasons])
    if result.ruled_out:
        out.print("\n[bold]Ruled out[/]")
        _lines(
            out,
            [
                (title(key), f"{rule.text} [{rule.source}]")
                for key, rules in result.ruled_out.items()
                for rule in rules[:1]
            ],
        )
    if not brief:
        out.print("\n[bold]Points[/]")
        out.print(_points(model, result))
    if result.flips and not brief:
        out.print("\n[bold]A single answer that would change it[/]")
        _lines(out, flips(model, result.flips))
    coverage = result.coverage
    out.print(f"\nThis rests on {coverage['answered']} of {coverage['of']} questions.")


def flips(model: Model, found: Sequence[Flip]) -> list[tuple[str, str]]:
    """Gather the flips by the framework they lead to and the question they answer."""
    gathered: dict[tuple[str, str], list[str]] = {}
    for flip in found:
        words = {"answer": "", "add": "add ", "remove": "without "}[flip.change]
        question = f"{model.criteria[flip.criterion].title}: {words}"
        key = (model.frameworks[flip.framework].title, question)
        gathered.setdefault(key, []).append(flip.answer)
    return [
        (framework, question + _either(answers))
        for (framework, question), answers in sorted(gathered.items())
    ]


def _either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _points(model: Model, result: Recommendation) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_footer=True)
    table.add_column("", footer="  Together", min_width=12)
    for key in model.frameworks:
        score = f"{result.scores[key]:+d}"
        ruled_out = " (ruled out)" if key in result.ruled_out else ""
        table.add_column(
            model.frameworks[key].title, footer=score + ruled_out, justify="right"
        )
    for name, sums in result.contributions.items():
        if any(sums.values()):
            cells = [
                f"{sums[key]:+d}" if sums[key] else "." for key in model.frameworks
            ]
            table.add_row(f"  {model.criteria[name].title}", *cells)
    return table


def _lines(out: Console, pairs: Sequence[tuple[str, str]]) -> None:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column()
    for left, right in pairs:
        table.add_row(f"  {escape(left)}", escape(right))
    out.print(table)


def comparison(out: Console, rows: Sequence[Mapping[str, str]], model: Model) -> None:
    """Print the table of the three frameworks."""
    table = Table(show_lines=False, box=None, padding=(0, 2, 1, 0), pad_edge=False)
    table.add_column("", style="bold")
    for framework in model.frameworks.values():
        table.add_column(framework.title, ratio=1)
    for row in rows:
        table.add_row(row["title"], *(row[key] for key in model.frameworks))
    out.print(table)


def tree(out: Console, name: str, files: Sequence[str]) -> None:
    """Print folders and files, folders first."""
    root = Tree(Text(f"{name}/", style="bold"))
    _branch(root, [file.split("/") for file in files])
    out.print(root)
    out.print(f"{len(files)} files")


def _branch(node: Tree, paths: list[list[str]]) -> None:
    folders: dict[str, list[list[str]]] = {}
    for path in paths:
        if len(path) > 1:
            folders.setdefault(path[0], []).append(path[1:])
    for folder, inner in folders.items():
        _branch(node.add(Text(f"{folder}/", style="bold")), inner)
    for path in paths:
        if len(path) == 1:
            node.add(Text(path[0]))


def dependencies(out: Console, groups: Mapping[str, Sequence[str]]) -> None:
    """Print what the project depends on."""
    out.print("\n[bold]Dependencies[/]")
    for name, entries in groups.items():
        label = f"{name}: " if name else ""
        out.print(
            Text(f"  {label}{', '.join(entries)}" if entries else f"  {label}none")
        )


def lines(out: Console, heading: str, entries: Sequence[str]) -> None:
    """Print commands one below the other."""
    out.print(f"\n[bold]{heading}[/]")
    for entry in entries:
        command(out, entry)


def command(out: Console, text: str) -> None:
    """Print a command; it is never broken, so that it can be copied."""
    out.print(Text(f"  {text}"), soft_wrap=True)


def plain(value: Any) -> str:  # noqa: ANN401 - an answer can be anything
    """Write an answer as --data takes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(value) if value else "[]"
    return str(value)
