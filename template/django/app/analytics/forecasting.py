"""Forecasts of revenue by a model that learns from past months.

A model is a class with the methods of `Forecaster`. Its content is stored in the
database, with a version and metrics. It must not be a pickle, which can run code when
it is loaded, for example from a backup that someone changed. JSON suits models with few
parameters, and skops those of scikit-learn.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import fmean, linear_regression
from typing import Protocol, Self

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from app.analytics.models import Report, TrainedModel
from app.analytics.reports import Row, compute, next_month
from app.errors import Conflict

MIN_MONTHS = 6
TEST_MONTHS = 3  # the last months, to which predictions are compared
PREDICTED_MONTHS = 3
MAX_VERSIONS = 10


class TooFewMonths(Conflict):
    code = "too_few_months"
    detail = f"A forecast needs sales of at least {MIN_MONTHS} months."


class Forecaster(Protocol):
    """A model that predicts the next months from the past ones."""

    def train(self, history: Sequence[float]) -> None: ...

    def predict(self, months: int) -> list[float]: ...

    def to_bytes(self) -> bytes: ...

    @classmethod
    def from_bytes(cls, content: bytes) -> Self: ...


@dataclass
class LinearTrend:
    """A straight line through the past months."""

    slope: float = 0.0
    intercept: float = 0.0
    months: int = 0

    def train(self, history: Sequence[float]) -> None:
        self.months = len(history)
        self.slope, self.intercept = linear_regression(range(self.months), history)

    def predict(self, months: int) -> list[float]:
        following = range(self.months, self.months + months)
        return [self.intercept + self.slope * month for month in following]

    def to_bytes(self) -> bytes:
        return json.dumps([self.slope, self.intercept, self.months]).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        return cls(*json.loads(content))


# Names are stored with the models, so that a later release can still load them.
FORECASTERS: dict[str, type[Forecaster]] = {"linear-trend": LinearTrend}
ALGORITHM = "linear-trend"


@dataclass(frozen=True)
class Forecast:
    model: TrainedModel
    rows: list[Row]


def read_history() -> list[Row]:
    """Return the revenue of the months that are over.

    Raises:
        TooFewMonths: There is too little to learn from.
    """
    end = timezone.localdate().replace(day=1) - timedelta(days=1)
    rows = compute(Report.Measure.REVENUE, Report.GroupBy.MONTH, end=end)
    if len(rows) < MIN_MONTHS:
        raise TooFewMonths
    return rows


def train_model() -> TrainedModel:
    """Train a model on all months, and store it as a new version.

    Its metric comes from a model that did not see the last months.
    """
    rows = read_history()
    history = [float(row.value) for row in rows]
    model_class = FORECASTERS[ALGORITHM]
    tested = model_class()
    tested.train(history[:-TEST_MONTHS])
    predictions = zip(tested.predict(TEST_MONTHS), history[-TEST_MONTHS:], strict=True)
    error = fmean(abs(predicted - actual) for predicted, actual in predictions)
    model = model_class()
    model.train(history)
    return _store(model, rows, {"mean_absolute_error": round(error, 2)})


@transaction.atomic
def _store(
    model: Forecaster, rows: list[Row], metrics: dict[str, float]
) -> TrainedModel:
    versions = TrainedModel.objects.filter(algorithm=ALGORITHM)
    newest = versions.aggregate(newest=Max("version"))["newest"] or 0
    versions.filter(version__lte=newest + 1 - MAX_VERSIONS).delete()
    return TrainedModel.objects.create(
        algorithm=ALGORITHM,
        version=newest + 1,
        months=len(rows),
        last_month=date.fromisoformat(f"{rows[-1].label}-01"),
        metrics=metrics,
        content=model.to_bytes(),
    )


def predict() -> Forecast | None:
    """Return what the newest model predicts, or None before the first training."""
    trained = TrainedModel.objects.filter(algorithm=ALGORITHM).first()
    if trained is None:
        return None
    model = FORECASTERS[ALGORITHM].from_bytes(bytes(trained.content))
    month, rows = trained.last_month, []
    for value in model.predict(PREDICTED_MONTHS):
        month = next_month(month)
        rows.append(Row(f"{month:%Y-%m}", Decimal(f"{max(value, 0):.2f}")))
    return Forecast(trained, rows)
