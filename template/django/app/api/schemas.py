"""Schemas that all resources of the API use."""

from pydantic import BaseModel, Field


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
