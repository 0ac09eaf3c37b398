from unittest.mock import Mock

import pytest

from app.analytics import tasks
from app.analytics.models import Report, TrainedModel
from app.analytics.tasks import compute_report, compute_reports, train_model
from app.users.models import User
from tests.analytics.helpers import create_months, create_sales_report

pytestmark = pytest.mark.django_db


def test_a_report_that_fails_shows_it_and_is_tried_again(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = create_sales_report(user)
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "run_report", Mock(side_effect=RuntimeError))
        with pytest.raises(RuntimeError):
            compute_report.call(str(report.pk))
    report.refresh_from_db()
    assert report.status == Report.Status.FAILED
    compute_report.call(str(report.pk))
    report.refresh_from_db()
    assert report.status == Report.Status.READY


def test_all_reports_are_computed_again(user: User) -> None:
    reports = [create_sales_report(user) for _ in range(2)]
    compute_reports.call()
    for report in reports:
        report.refresh_from_db()
        assert report.status == Report.Status.READY


def test_training_without_enough_sales_is_not_tried_again() -> None:
    train_model.call()
    assert not TrainedModel.objects.exists()
    create_months(6)
    train_model.call()
    assert TrainedModel.objects.exists()
