"""Validation of forms by the rules of a schema."""

from typing import TypeVar

from flask_wtf import FlaskForm
from pydantic import BaseModel, ValidationError

from app.forms import add_errors

Values = TypeVar("Values", bound=BaseModel)


def validate_form(form: FlaskForm, schema: type[Values]) -> Values | None:
    """Return the values of a form that was sent, or add errors to it."""
    if not form.validate_on_submit():
        return None
    values = {name: form[name].data for name in schema.model_fields}
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        add_errors(form, error)
        return None
