"""`trivet compare`: print how the three frameworks compare."""

import json

import click

from selector.cli import output
from selector.cli.options import json_option
from selector.template.questionnaire import Questionnaire
from selector.template.source import PACKAGE, PackageTree
from selector.yaml_loader import load_yaml


@click.command()
@json_option
def compare(*, as_json: bool) -> None:
    """Print how the three frameworks compare."""
    text = (PACKAGE / "recommendation" / "comparison.yml").read_text("utf-8")
    rows = load_yaml(text, "comparison.yml")
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        model = Questionnaire(PackageTree()).model
        output.print_comparison(output.create_console(), rows, model)
