from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from app.analytics.models import Report
from app.analytics.reports import (
    MAX_GROUPS,
    MAX_MONTHS,
    Row,
    compute,
    read_result,
    run_report,
)
from app.users.models import User
from tests.analytics.helpers import create_sale, create_sales_report

pytestmark = pytest.mark.django_db
JANUARY, MARCH = date(2026, 1, 31), date(2026, 3, 1)


@pytest.fixture(autouse=True)
def _sales() -> None:
    create_sale("A-1", date=JANUARY, revenue=Decimal("0.10"))
    create_sale("A-2", date=JANUARY, revenue=Decimal("0.20"), product="Café")
    create_sale("A-3", date=MARCH, quantity=3, region="South", product="Cafe")


def test_months_without_sales_are_part_of_a_report() -> None:
    values = [("2026-01", "0.30"), ("2026-02", "0.00"), ("2026-03", "18.00")]
    expected = [Row(label, Decimal(value)) for label, value in values]
    assert compute("revenue", "month") == expected
    create_sale("A-4", date=date(1990, 12, 1))
    rows = compute("sales", "month")
    assert (len(rows), rows[-1]) == (MAX_MONTHS, Row("2026-03", Decimal(1)))


def test_groups_are_in_the_order_of_their_values() -> None:
    expected = [Row("North", Decimal(4)), Row("South", Decimal(3))]
    assert compute("quantity", "region") == expected
    # Some databases would take these for the same text.
    products = compute("sales", "product")
    assert {row.label for row in products} == {"Teapot", "Café", "Cafe"}
    for number in range(MAX_GROUPS):
        create_sale(f"B-{number}", product=f"Product {number}")
    assert len(compute("revenue", "product")) == MAX_GROUPS


def test_a_period_contains_its_first_and_last_day() -> None:
    assert len(compute("sales", "month", JANUARY, MARCH)) == 3
    assert [row.label for row in compute("sales", "month", end=JANUARY)] == ["2026-01"]
    assert compute("sales", "product", start=date(2027, 1, 1)) == []


def test_the_result_of_a_report_is_stored(user: User) -> None:
    report = create_sales_report(user, start=MARCH)
    run_report(report.pk)
    report.refresh_from_db()
    assert report.status == Report.Status.READY
    assert read_result(report) == [Row("2026-03", Decimal("18.00"))]


def test_a_report_that_was_deleted_is_not_computed() -> None:
    run_report(uuid4())
    assert not Report.objects.exists()
