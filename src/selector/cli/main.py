"""The command `trivet`."""

import signal
import sys
from types import FrameType
from typing import NoReturn

import click

from selector import process
from selector.cli.compare import compare
from selector.cli.doctor import doctor
from selector.cli.new import new
from selector.cli.preview import preview
from selector.cli.recommend import recommend
from selector.cli.update import update
from selector.errors import CancelledError, UserError
from selector.template.source import package_version

EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143


def main(arguments: list[str] | None = None) -> int:
    """Run the command; print a known error as one message and return an exit code."""
    process.clean_environment()
    signal.signal(signal.SIGTERM, _terminate)
    try:
        result = cli.main(
            arguments, prog_name=process.program_name(), standalone_mode=False
        )
    except click.Abort:
        click.echo("Interrupted. Nothing was written.", err=True)
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except CancelledError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except UserError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    except OSError as error:  # such as a path that is too long, or a full disk
        reason = error.strerror or error
        subject = f"{error.filename}: " if error.filename else ""
        click.echo(f"Error: {subject}{reason}.", err=True)
        return UserError.exit_code
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return result if isinstance(result, int) else 0


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(EXIT_TERMINATED)  # an exception, so that temporary files are deleted


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88}
)
@click.version_option(package_version(), prog_name="trivet")
def cli() -> None:
    """Choose between Django, Flask and FastAPI, and create a service with it."""


for command in (new, recommend, compare, preview, update, doctor):
    cli.add_command(command)
