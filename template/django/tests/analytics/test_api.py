from uuid import uuid4

import pytest
from django.test import Client

from app.analytics.reports import run_report
from app.users.models import User
from tests.analytics.helpers import create_months, create_sale, create_sales_report

pytestmark = pytest.mark.django_db
ANALYTICS = "/api/v1/analytics"


def test_a_report_is_returned_with_its_rows(analyst: Client, user: User) -> None:
    create_sale()
    report = create_sales_report(user)
    path = f"{ANALYTICS}/reports/{report.pk}"
    assert analyst.get(path).json()["rows"] == []
    run_report(report.pk)
    document = analyst.get(path).json()
    assert document["rows"] == [{"label": "2026-01", "value": "18.00"}]
    assert (document["measure"], document["status"]) == ("revenue", "ready")


def test_reports_are_listed_in_pages(analyst: Client, user: User) -> None:
    names = [
        create_sales_report(user, name=f"Report {number}").name for number in range(3)
    ]
    page = analyst.get(f"{ANALYTICS}/reports?limit=2").json()
    rest = analyst.get(f"{ANALYTICS}/reports?cursor={page['next_cursor']}").json()
    found = [report["name"] for report in page["reports"] + rest["reports"]]
    assert found == names[::-1]
    assert rest["next_cursor"] is None


def test_the_forecast_is_returned(analyst: Client) -> None:
    assert analyst.get(f"{ANALYTICS}/forecast").json()["code"] == "not_trained"
    create_months(12)
    analyst.post("/analytics/train")
    document = analyst.get(f"{ANALYTICS}/forecast").json()
    assert document["rows"][0] == {"label": "2026-01", "value": "220.00"}
    assert document["version"] == 1


def test_the_permission_is_required(client: Client, user: User) -> None:
    report = create_sales_report(user)
    for path in ("reports", f"reports/{report.pk}", "forecast"):
        assert Client().get(f"{ANALYTICS}/{path}").status_code == 401
        response = client.get(f"{ANALYTICS}/{path}")
        assert (response.status_code, response.json()["code"]) == (403, "forbidden")


def test_unknown_reports_are_not_found(analyst: Client) -> None:
    assert analyst.get(f"{ANALYTICS}/reports/{uuid4()}").status_code == 404
    assert analyst.get(f"{ANALYTICS}/reports/1").status_code == 422
