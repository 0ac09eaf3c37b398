"""`trivet doctor`: check a project."""

from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from selector.cli import output
from selector.cli.update import EXIT_ACTION_REQUIRED, project_argument
from selector.project.doctor import check_project


@click.command()
@project_argument
def doctor(folder: Path) -> int:
    """Check a project and suggest fixes."""
    table = Table.grid(padding=(0, 1))
    findings = list(check_project(folder))
    for finding in findings:
        mark = "[bold]!![/]" if finding.fix else "ok"
        table.add_row(mark, f"[bold]{finding.subject}:[/] {escape(finding.result)}")
        if finding.fix:
            table.add_row("", Text(finding.fix))
    output.create_console().print(table)
    has_problem = any(finding.fix for finding in findings)
    return EXIT_ACTION_REQUIRED if has_problem else 0
