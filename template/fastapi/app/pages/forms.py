"""Validation of forms, whose text is shown again when something is wrong."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.errors import error_message

Values = TypeVar("Values", bound=BaseModel)


def validate_form(
    schema: type[Values], form: BaseModel
) -> tuple[Values | None, dict[str, str]]:
    """Return the values, or the error of each field that is wrong.

    The error of a model validator has the name "": it is about no field alone.
    """
    try:
        return schema.model_validate(form.model_dump()), {}
    except ValidationError as error:
        errors = {}
        for entry in error.errors():
            name = str(entry["loc"][0]) if entry["loc"] else ""
            errors[name] = error_message(entry)
        return None, errors
