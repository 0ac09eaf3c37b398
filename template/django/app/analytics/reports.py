"""Computing reports: sales, grouped and added up by the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from app.analytics.models import Report, Sale

MAX_MONTHS = 120
MAX_GROUPS = 20
MEASURES = {
    Report.Measure.REVENUE: Sum("revenue"),
    Report.Measure.QUANTITY: Sum("quantity"),
    Report.Measure.SALES: Count("pk"),
}


@dataclass(frozen=True)
class Row:
    label: str
    value: Decimal


def filter_sales(start: date | None, end: date | None) -> QuerySet[Sale]:
    """Return the sales of a period. Both days are part of it."""
    sales = Sale.objects.all()
    if start:
        sales = sales.filter(date__gte=start)
    if end:
        sales = sales.filter(date__lte=end)
    return sales


def compute(
    measure: str, group_by: str, start: date | None = None, end: date | None = None
) -> list[Row]:
    """Return the months in their order, or the groups with the largest values."""
    sales = filter_sales(start, end).order_by()
    value = MEASURES[Report.Measure(measure)]
    if group_by == Report.GroupBy.MONTH:
        months = sales.annotate(label=TruncMonth("date")).values_list("label")
        newest_first = months.annotate(value=value).order_by("-label")[:MAX_MONTHS]
        return list(_fill_months(dict(newest_first), measure))[-MAX_MONTHS:]
    groups = sales.values_list(group_by).annotate(value=value)
    largest_first = groups.order_by("-value", group_by)[:MAX_GROUPS]
    return [Row(label, _round(amount, measure)) for label, amount in largest_first]


def _fill_months(amounts: dict[date, Decimal], measure: str) -> Iterator[Row]:
    """Yield every month from the first to the last, also those without sales."""
    if not amounts:
        return
    month, last = min(amounts), max(amounts)
    while month <= last:
        yield Row(f"{month:%Y-%m}", _round(amounts.get(month, Decimal(0)), measure))
        month = next_month(month)


def next_month(month: date) -> date:
    years, months = divmod(month.month, 12)
    return date(month.year + years, months + 1, 1)


def _round(amount: Decimal | int, measure: str) -> Decimal:
    """Return an amount with cents, or a count. SQLite adds up in floating point."""
    exponent = "0.01" if measure == Report.Measure.REVENUE else "1"
    return Decimal(amount).quantize(Decimal(exponent))


def run_report(report_id: UUID) -> None:
    """Compute a saved report and store the result. It may have been deleted."""
    report = Report.objects.filter(pk=report_id).first()
    if report is None:
        return
    rows = compute(report.measure, report.group_by, report.start, report.end)
    # save() would create the report again if it was deleted in between.
    Report.objects.filter(pk=report_id).update(
        status=Report.Status.READY,
        result=[{"label": row.label, "value": str(row.value)} for row in rows],
        computed_at=timezone.now(),
    )


def read_result(report: Report) -> list[Row]:
    return [Row(row["label"], Decimal(row["value"])) for row in report.result]
