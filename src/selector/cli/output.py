"""Print text on the terminal, in at most 100 columns, with or without colour."""

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

from selector.recommendation.decision import (
    Decision,
    Flip,
    FlippingPair,
    Reason,
    Recommendation,
)
from selector.recommendation.model import Model

MAX_WIDTH = 100


def console(*, err: bool = False) -> Console:
    """Return a console that is not wider than text is readable."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal may lack characters
    out = Console(stderr=err, highlight=False)
    out.width = min(out.width, MAX_WIDTH)
    return out


@contextmanager
def step(out: Console, text: str) -> Iterator[None]:
    """Show that a step is running, and finally how long it took."""
    start = monotonic()
    if out.is_terminal:
        with out.status(f"{text} ..."):
            yield
    else:
        out.print(f"{text} ...")
        yield
    out.print(f"{text}: {monotonic() - start:.1f} s")


def explanation(
    out: Console,
    decision: Decision,
    result: Recommendation,
    *,
    brief: bool = False,
    pairs: Sequence[FlippingPair] | None = None,
) -> None:
    """Print the verdict first, then why, then (unless brief) what would change it."""
    model = decision.model

    def title(key: str) -> str:
        return model.frameworks[key].title

    winner = title(result.framework)
    out.print()
    _verdict(out, model, result)
    for heading, lines in (
        (
            f"For {winner}",
            [_reason(r) for r in result.reasons_for(result.framework)[:3]],
        ),
        (f"Against {winner}", [_reason(r) for r in result.against[:2]]),
        (
            "Ruled out",
            [
                (title(key), f"{rules[0].text} [{rules[0].source}]")
                for key, rules in result.ruled_out.items()
            ],
        ),
        (
            "These answers pull against each other",
            [
                ("!", f"{found.text} ({', '.join(found.answers)})")
                for found in result.contradictions[: 1 if brief else None]
            ],
        ),
    ):
        if lines:
            out.print(f"\n[bold]{heading}[/]")
            _lines(out, lines)
    if not brief:
        _what_would_change_it(out, decision, result, pairs)
    coverage = result.coverage
    out.print(f"\nThis rests on {coverage['answered']} of {coverage['of']} questions.")
    if result.settled_by and result.verdict != "clear":
        open_question = model.criteria[result.settled_by].title.lower()
        out.print(f"The open question that would settle it best: {open_question}.")


def _verdict(out: Console, model: Model, result: Recommendation) -> None:
    winner = model.frameworks[result.framework].title
    if result.verdict == "tie":
        names = _listed([model.frameworks[key].title for key in result.tied], "and")
        out.print(f"[bold]It is a tie between {names}.[/]")
        out.print(f"{winner} stands first because it is the gentler to learn.")
    elif result.runner_up is None:
        out.print(
            f"[bold]Recommended: {winner}[/], the only one that serves what you need."
        )
    else:
        behind = "1 point" if result.margin == 1 else f"{result.margin} points"
        second = model.frameworks[result.runner_up].title
        out.print(
            f"[bold]Recommended: {winner} ({result.verdict}).[/] "
            f"Runner-up: {second}, {behind} behind."
        )
    if result.runner_up:
        out.print(f"{result.verdict.capitalize()} means {result.rule}.")
    for name, weight in result.weights.items():
        if weight != model.criteria[name].weight:
            title = model.criteria[name].title
            out.print(f"{title} weighs {weight} here, as you asked.")


def _what_would_change_it(
    out: Console,
    decision: Decision,
    result: Recommendation,
    pairs: Sequence[FlippingPair] | None,
) -> None:
    out.print("\n[bold]Points[/]")
    for line in decision.bars(result).splitlines():
        out.print(Text(f"  {line}"))
    if result.flips:
        out.print("\n[bold]A single answer that would change it[/]")
        _lines(out, flips(decision.model, result.flips))
    else:
        look = " --pairs looks for two." if pairs is None else ""
        out.print(f"\nNo single answer would change it.{look}")
    if pairs:
        out.print("\n[bold]Two answers that would change it together[/]")
        _lines(out, _paired(decision.model, pairs))
    elif pairs is not None:
        out.print("\nNo two answers would change it together.")


def _reason(reason: Reason) -> tuple[str, str]:
    return f"{reason.points:+d}", f"{reason.text} [{reason.source}]"


def flips(model: Model, found: Sequence[Flip]) -> list[tuple[str, str]]:
    """Gather the flips by the framework they lead to and the question they answer."""
    gathered: dict[tuple[str, str], list[str]] = {}
    for flip in found:
        question, answer = _question(model, flip)
        key = (model.frameworks[flip.framework].title, question)
        gathered.setdefault(key, []).append(answer)
    return [
        (framework, question + _listed(answers, "or"))
        for (framework, question), answers in sorted(gathered.items())
    ]


def _paired(model: Model, pairs: Sequence[FlippingPair]) -> list[tuple[str, str]]:
    """Gather the pairs by framework, first answer, and question of the second."""
    gathered: dict[tuple[str, str, str], list[str]] = {}
    for pair in pairs:
        one = "".join(_question(model, pair.first))
        question, answer = _question(model, pair.second)
        key = (model.frameworks[pair.framework].title, one, question)
        gathered.setdefault(key, []).append(answer)
    return [
        (framework, f"{one}, and {question}{_listed(answers, 'or')}")
        for (framework, one, question), answers in sorted(gathered.items())
    ]


def _question(model: Model, flip: Flip) -> tuple[str, str]:
    words = {"answer": "", "add": "add ", "remove": "without "}[flip.change]
    return f"{model.criteria[flip.criterion].title}: {words}", flip.answer


def _listed(words: Sequence[str], last: str) -> str:
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


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


def answers(out: Console, given: Sequence[tuple[str, str]]) -> None:
    """Print the answers for a review before anything is written."""
    out.print("\n[bold]Your answers[/]")
    _lines(out, given)


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
    """Print commands below a heading."""
    out.print(f"\n[bold]{heading}[/]")
    for entry in entries:
        command(out, entry)


def command(out: Console, text: str) -> None:
    """Print a command without line breaks, so that it can be copied."""
    out.print(Text(f"  {text}"), soft_wrap=True)


def format_answer(value: Any) -> str:  # noqa: ANN401 - an answer can be anything
    """Return an answer as --data takes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(value) if value else "[]"
    return str(value)
