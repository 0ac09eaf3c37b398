"""Schemas that all resources of the API use."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

MAX_UNKNOWN_FIELDS = 20


class Input(BaseModel):
    """A body that clients send. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def limit_fields(cls, data: Any) -> Any:
        """Refuse a great number of fields before an error is built for each."""
        limit = len(cls.model_fields) + MAX_UNKNOWN_FIELDS
        if isinstance(data, dict) and len(data) > limit:
            raise PydanticCustomError("too_many_fields", "Send fewer fields.")
        return data


class Output(BaseModel):
    """What the API returns, read from an object or a dict.

    django-ninja's Schema also looks for methods and related objects, which takes four
    times as long.
    """

    model_config = ConfigDict(from_attributes=True)


class FieldProblem(BaseModel):
    field: str
    detail: str


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(
        default="", description="A stable code, for errors that have one."
    )
    errors: list[FieldProblem] = Field(
        default_factory=list, description="One entry for each invalid field."
    )


def problems(*statuses: int) -> dict[int, type[Problem]]:
    """Return the responses of an operation that are problem documents."""
    return dict.fromkeys(statuses, Problem)
