"""Errors of schemas in forms."""

from flask_wtf import FlaskForm
from pydantic import ValidationError


def add_errors(form: FlaskForm, error: ValidationError) -> None:
    """Show the errors of a schema at the fields that they are about."""
    for entry in error.errors():
        message = entry["msg"].removeprefix("Value error, ")
        # The error of a model validator is about no field alone.
        if entry["loc"]:
            form[entry["loc"][0]].errors = [message]
        else:
            form.form_errors.append(message)
