"""Call Copier in this process, and report its errors as sentences."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selector.errors import UserError


def copy(template: str, commit: str, folder: Path, answers: Mapping[str, Any]) -> None:
    """Render a commit of the template into a new folder."""
    from copier import Settings, run_copy  # noqa: PLC0415 - slow to import

    with _errors_as_sentences("Copier could not render the template"):
        run_copy(
            template,
            folder,
            data=dict(answers),
            vcs_ref=commit,
            defaults=True,
            quiet=True,
            settings=Settings(),
            unsafe=False,
        )


def update(commit: str, folder: Path, answers: Mapping[str, Any]) -> None:
    """Update a committed project to a commit of its template, with changed answers."""
    from copier import Settings, run_update  # noqa: PLC0415 - slow to import

    with _errors_as_sentences("Copier could not update the project"):
        run_update(
            folder,
            data=dict(answers),
            vcs_ref=commit,
            defaults=True,
            overwrite=True,
            quiet=True,
            settings=Settings(),
            unsafe=False,
        )


@contextmanager
def _errors_as_sentences(what: str) -> Iterator[None]:
    from copier.errors import CopierError  # noqa: PLC0415 - slow to import
    from jinja2 import TemplateError  # noqa: PLC0415 - only with Copier

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they concern authors of templates
            yield
    except (CopierError, TemplateError, ValueError, OSError) as error:
        message = f"{what}: {' '.join(str(error).split())}"
        raise UserError(message) from error
