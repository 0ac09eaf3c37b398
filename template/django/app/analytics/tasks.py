"""What workers do for analytics."""

from uuid import UUID

import structlog
from django.tasks import task

from app.analytics import forecasting
from app.analytics.models import Report
from app.analytics.reports import run_report

log = structlog.get_logger(__name__)


@task
def compute_report(report_id: str) -> None:
    """Compute a report. If that fails, its status says so until it succeeds."""
    try:
        run_report(UUID(report_id))
    except Exception:
        Report.objects.filter(pk=report_id).update(status=Report.Status.FAILED)
        raise


@task
def compute_reports() -> None:
    """Compute all reports, since sales are imported every day."""
    for report_id in Report.objects.values_list("pk", flat=True):
        compute_report.enqueue(str(report_id))


@task
def train_model() -> None:
    """Train the model for forecasts."""
    try:
        forecasting.train_model()
    except forecasting.TooFewMonths as error:
        log.warning("not_trained", reason=error.detail)
