"""Validation of forms, whose text is shown again when something is wrong."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

Values = TypeVar("Values", bound=BaseModel)


def validate_form(
    schema: type[Values], form: BaseModel
) -> tuple[Values | None, dict[str, str]]:
    """Return the values, or the error of each field that is wrong."""
    try:
        return schema.model_validate(form.model_dump()), {}
    except ValidationError as error:
        return None, {str(entry["loc"][0]): entry["msg"] for entry in error.errors()}
