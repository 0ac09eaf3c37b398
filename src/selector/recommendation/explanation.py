"""The decision in words, for the terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from selector.recommendation.decision import (
    Decision,
    Flip,
    FlippingPair,
    Reason,
    Recommendation,
)
from selector.recommendation.model import Model

Row = tuple[str, str]


def print_explanation(
    out: Console,
    decision: Decision,
    result: Recommendation,
    *,
    brief: bool = False,
    pairs: Sequence[FlippingPair] | None = None,
) -> None:
    """Print the verdict and the reasons, then (unless brief) what would change them."""
    model = decision.model
    out.print()
    for line in _verdict_lines(model, result):
        out.print(line)
    for heading, rows in _sections(model, result, brief=brief):
        if rows:
            out.print(f"\n[bold]{heading}[/]")
            print_rows(out, rows)
    if not brief and result.coverage["answered"]:
        out.print("\n[bold]Points[/]")
        for line in decision.draw_bars(result).splitlines():
            out.print(Text(f"  {line}"))
        implied = _implied_answer(model, result)
        if implied:
            out.print(f'  "{implied}" adds no points, because the use case implies it.')
    if result.verdict == "chosen":
        return
    if not brief:
        _print_changes(out, model, result, pairs)
    coverage = result.coverage
    out.print(f"\nBased on {coverage['answered']} of {coverage['of']} questions.")
    if result.most_informative_question and result.verdict != "clear":
        question = model.criteria[result.most_informative_question].question
        out.print(f'The most informative open question: "{question}"')


def choice_cost(model: Model, recommended: str, framework: str) -> str:
    """Return what it costs to choose a framework instead of the recommended one."""
    chosen, first = (model.frameworks[key].title for key in (framework, recommended))
    cost = model.costs[framework][recommended]
    return f"You chose {chosen} instead of {first}. {cost.text} [{cost.source}]"


def print_rows(out: Console, rows: Sequence[Row]) -> None:
    """Print two columns of text."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column()
    for left, right in rows:
        table.add_row(f"  {escape(left)}", escape(right))
    out.print(table)


def _verdict_lines(model: Model, result: Recommendation) -> Iterator[str]:
    winner = model.frameworks[result.framework].title
    if result.verdict == "chosen":
        yield f"[bold]{winner} was chosen in advance.[/] The answers don't change it."
    elif result.verdict == "tie":
        names = _join_words([model.frameworks[key].title for key in result.tied], "and")
        yield f"[bold]A tie between {names}.[/]"
        known = model.framework_by_experience.get(result.answers["experience"])
        if result.framework == known:
            yield f"{winner} is first because your team knows it."
        else:
            yield f"{winner} is first because it is the easiest to learn of these."
    elif result.runner_up is None:
        yield f"[bold]Recommended: {winner}[/], the only one with these features."
        if result.contradictions:
            yield "Some of your answers contradict each other: see below."
    else:
        points = "1 point" if result.margin == 1 else f"{result.margin} points"
        second = model.frameworks[result.runner_up].title
        yield (
            f"[bold]Recommended: {winner} ({result.verdict}).[/] "
            f"Runner-up: {second}, {points} behind."
        )
        yield f"{result.verdict.capitalize()} means {result.rule}."
    for name, weight in result.weights.items():
        if weight != model.criteria[name].weight:
            title = model.criteria[name].title.lower()
            yield f"You set the weight of {title} to {weight}."


def _implied_answer(model: Model, result: Recommendation) -> str:
    """Return the label of the answer that the use case implies, if it was given."""
    implied = model.implied.get(result.answers["use_case"], "=")
    name, answer = implied.split("=")
    if not name or result.answers[name] != answer:
        return ""
    return model.criteria[name].answers[answer].label.split(":")[0]


def _sections(
    model: Model, result: Recommendation, *, brief: bool
) -> Iterator[tuple[str, list[Row]]]:
    first = result.framework
    winner = model.frameworks[first].title
    yield f"For {winner}", [_format_reason(r) for r in result.reasons_for(first)[:3]]
    yield f"Against {winner}", [_format_reason(r) for r in result.against[:2]]
    if result.runner_up and result.verdict != "chosen":
        second = model.frameworks[result.runner_up].title
        reasons = result.reasons_for(result.runner_up)[:2]
        yield f"For {second}, the runner-up", [_format_reason(r) for r in reasons]
    yield (
        "Ruled out",
        [
            (model.frameworks[key].title, f"{rules[0].text} [{rules[0].source}]")
            for key, rules in result.ruled_out.items()
        ],
    )
    yield (
        "These answers contradict each other",
        [("!", found.text) for found in result.contradictions[: 1 if brief else None]],
    )


def _print_changes(
    out: Console,
    model: Model,
    result: Recommendation,
    pairs: Sequence[FlippingPair] | None,
) -> None:
    if result.flips:
        out.print("\n[bold]One answer that would change the recommendation[/]")
        print_rows(out, _group_flips(model, result.flips))
    else:
        hint = " Use --pairs to look for two answers." if pairs is None else ""
        out.print(f"\nNo single answer would change the recommendation.{hint}")
    if pairs:
        out.print("\n[bold]Two answers that would change it together[/]")
        print_rows(out, _group_pairs(model, pairs))
    elif pairs is not None:
        out.print("\nNo two answers would change it together.")


def _format_reason(reason: Reason) -> Row:
    return f"{reason.points:+d}", f"{reason.text} [{reason.source}]"


def _group_flips(model: Model, flips: Sequence[Flip]) -> list[Row]:
    """Group the flips by framework and by question."""
    groups: dict[Row, list[str]] = {}
    for flip in flips:
        question, answer = _quote_question(model, flip)
        key = (model.frameworks[flip.framework].title, question)
        groups.setdefault(key, []).append(answer)
    return [
        (framework, f"{question} {_join_words(answers, 'or')}")
        for (framework, question), answers in sorted(groups.items())
    ]


def _group_pairs(model: Model, pairs: Sequence[FlippingPair]) -> list[Row]:
    """Group the pairs by framework, first answer, and question of the second."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for pair in pairs:
        question, answer = _quote_question(model, pair.second)
        first = " ".join(_quote_question(model, pair.first))
        key = (model.frameworks[pair.framework].title, first, question)
        groups.setdefault(key, []).append(answer)
    return [
        (framework, f"{first}, and {question} {_join_words(answers, 'or')}")
        for (framework, first, question), answers in sorted(groups.items())
    ]


def _quote_question(model: Model, flip: Flip) -> Row:
    """Return the question and the answer as the user sees them."""
    criterion = model.criteria[flip.criterion]
    label = criterion.answers[flip.answer].label.split(":")[0]
    question = {
        "answer": criterion.question,
        "add": "With the feature",
        "remove": "Without the feature",
    }[flip.change]
    return question, f'"{label}"'


def _join_words(words: Sequence[str], last: str) -> str:
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
