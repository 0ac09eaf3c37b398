"""What the API returns for reports and forecasts."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from app.analytics.models import Report
from app.api.schemas import Output
from app.pagination import CURSOR_EXAMPLE

Label = Annotated[str, Field(examples=["2026-01"])]
Value = Annotated[
    str,
    BeforeValidator(str),
    Field(
        description="An exact number.",
        examples=["1234.50"],
        json_schema_extra={"pattern": r"^[0-9]+(\.[0-9]{2})?$"},
    ),
]


class RowRead(Output):
    label: Label
    value: Value


class ReportRead(Output):
    id: UUID = Field(examples=["3f2b8c1e-5d4a-4e6f-9a7b-0c1d2e3f4a5b"])
    name: str = Field(examples=["Revenue of the year"])
    measure: Report.Measure
    group_by: Report.GroupBy
    start: date | None = Field(examples=["2026-01-01"])
    end: date | None = Field(examples=["2026-12-31"])
    status: Report.Status
    created_at: datetime = Field(examples=["2026-11-28T09:30:00Z"])
    computed_at: datetime | None = Field(examples=["2026-11-28T09:30:02Z"])


class ReportResult(ReportRead):
    rows: list[RowRead] = Field(alias="result", description="As last computed.")


class ReportPage(Output):
    reports: list[ReportRead]
    next_cursor: str | None = Field(examples=[CURSOR_EXAMPLE])


class ForecastRead(Output):
    algorithm: str = Field(examples=["linear-trend"])
    version: int = Field(examples=[3])
    trained_at: datetime = Field(examples=["2026-11-28T09:30:00Z"])
    metrics: dict[str, float] = Field(examples=[{"mean_absolute_error": 120.5}])
    rows: list[RowRead]
