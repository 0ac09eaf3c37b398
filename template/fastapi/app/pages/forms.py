"""Forms: what was typed, and what is wrong with it."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.items.inputs import Description, Name, Price

Values = TypeVar("Values", bound=BaseModel)


class ItemValues(BaseModel):
    name: Name
    description: Description
    price: Price


class ItemForm(BaseModel):
    """Takes any text, so that it can be shown again for correction."""

    name: str = ""
    description: str = ""
    price: str = ""


def check(kind: type[Values], form: BaseModel) -> tuple[Values | None, dict[str, str]]:
    """Return the values, or what is wrong by field."""
    try:
        return kind.model_validate(form.model_dump()), {}
    except ValidationError as error:
        return None, {str(entry["loc"][0]): entry["msg"] for entry in error.errors()}
