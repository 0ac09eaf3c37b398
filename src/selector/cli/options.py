"""The options that several commands share."""

from collections.abc import Callable
from functools import reduce
from pathlib import Path

import click

from selector.errors import UserError

Command = Callable[..., object]


def _combine(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    return lambda command: reduce(
        lambda inner, option: option(inner), reversed(options), command
    )


template_options = _combine(
    click.option(
        "--template",
        "address",
        metavar="SOURCE",
        help="Folder or git address of the template.",
    ),
    click.option(
        "--ref", metavar="VERSION", help="Tag, branch or commit of the template."
    ),
)
answer_options = _combine(
    click.option(
        "--defaults", is_flag=True, help="Ask nothing; use the default answers."
    ),
    click.option(
        "--data",
        "pairs",
        multiple=True,
        metavar="KEY=VALUE",
        help="Answer a question; repeatable.",
    ),
    click.option(
        "--data-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Load answers from a YAML file; --data overrides them.",
    ),
    template_options,
)
weight_option = click.option(
    "--weight",
    "weights",
    multiple=True,
    metavar="CRITERION=WEIGHT",
    help="Set a criterion's weight to none, some, much or decisive; repeatable.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def parse_pairs(
    option: str, pairs: tuple[str, ...], form: str = "KEY=VALUE"
) -> dict[str, str]:
    """Return the values of a repeatable option that is given as KEY=VALUE."""
    result = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            message = f"{option}: write {form}, not `{pair}`."
            raise UserError(message)
        result[key.strip()] = value
    return result


def parse_weights(pairs: tuple[str, ...]) -> dict[str, str]:
    """Return the values of --weight."""
    return parse_pairs("--weight", pairs, "CRITERION=WEIGHT, such as load=much")
