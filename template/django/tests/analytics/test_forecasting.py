from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from app.analytics.forecasting import (
    MAX_VERSIONS,
    LinearTrend,
    TooFewMonths,
    predict,
    train_model,
)
from app.analytics.models import TrainedModel
from app.analytics.reports import Row
from tests.analytics.helpers import create_months, create_sale

pytestmark = pytest.mark.django_db


def test_a_trained_model_predicts_the_next_months() -> None:
    assert predict() is None
    create_months(12)
    trained = train_model()
    assert trained.metrics == {"mean_absolute_error": 0.0}
    forecast = predict()
    assert forecast is not None
    assert forecast.model == trained
    months = [("2026-01", "220.00"), ("2026-02", "230.00"), ("2026-03", "240.00")]
    assert forecast.rows == [Row(month, Decimal(value)) for month, value in months]


def test_a_prediction_is_never_below_zero() -> None:
    create_months(6)
    create_sale("A-1", date=date(2024, 1, 1), revenue=Decimal(10_000))
    train_model()
    forecast = predict()
    assert forecast is not None
    assert {row.value for row in forecast.rows} == {Decimal(0)}


def test_each_training_is_a_version_and_old_ones_are_deleted() -> None:
    create_months(6)
    versions = [train_model().version for _ in range(MAX_VERSIONS + 2)]
    assert versions == [*range(1, MAX_VERSIONS + 3)]
    assert TrainedModel.objects.count() == MAX_VERSIONS


def test_too_few_months_are_refused() -> None:
    create_months(5)
    with pytest.raises(TooFewMonths):
        train_model()


def test_a_month_that_is_not_over_does_not_count() -> None:
    create_months(5)
    create_sale("A-1", date=timezone.localdate())
    with pytest.raises(TooFewMonths):
        train_model()


def test_a_stored_model_is_the_same_as_before() -> None:
    model = LinearTrend(1.5, -2.0, 3)
    assert LinearTrend.from_bytes(model.to_bytes()) == model
