"""Forms: what was typed, and what is wrong with it."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

Schema = TypeVar("Schema", bound=BaseModel)


def validate(schema: type[Schema], form: BaseModel) -> tuple[Schema | None, dict[str, str]]:
    """Return the values, or a message for each field that is wrong.

    The form's own fields take any text, so that they can be shown again as typed.
    """
    try:
        return schema.model_validate(form.model_dump()), {}
    except ValidationError as error:
        return None, {str(entry["loc"][0]): entry["msg"] for entry in error.errors()}
