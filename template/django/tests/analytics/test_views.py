from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from app.analytics import service
from app.analytics.models import PendingImport, Report, Sale
from app.users.models import User
from tests.analytics.helpers import (
    CSV,
    HEADER,
    create_months,
    create_sale,
    create_sales_report,
    file,
)
from tests.factories import create_user
from tests.queries import count_queries

pytestmark = pytest.mark.django_db
REPORT = {"name": "Regions", "measure": "revenue", "group_by": "region"}


def send(client: Client, content: str) -> Any:
    return client.post("/analytics/import/", {"file": file(content)})


def download(client: Client, path: str) -> bytes:
    response: Any = client.get(path)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_pages_are_for_users_with_the_permission(client: Client, user: User) -> None:
    create_sale(product="Secret teapot")
    report = create_sales_report(user, name="Secret report")
    paths = ["", "sales/", "sales/export.csv", "import/", "reports/", "reports/new"]
    paths += [f"reports/{report.pk}", f"reports/{report.pk}/delete"]
    for path in paths:
        response = client.get(f"/analytics/{path}")
        assert response.status_code == 403, path
        assert "Secret" not in response.text
        location = Client().get(f"/analytics/{path}").headers["Location"]
        assert location.startswith("/accounts/sign-in")
    for path in ("import/", "train", "reports/new", f"reports/{report.pk}/compute"):
        assert client.post(f"/analytics/{path}").status_code == 403, path
    assert "/analytics/" not in client.get("/").text


def test_one_permission_does_not_imply_the_others(client: Client, user: User) -> None:
    user.user_permissions.add(Permission.objects.get(codename="view_sale"))
    page = client.get("/analytics/").text
    assert "/analytics/sales/" in page
    assert "/analytics/import/" not in page
    assert client.get("/analytics/import/").status_code == 403
    assert client.post("/analytics/train").status_code == 403


def test_the_dashboard_shows_charts_with_their_values(analyst: Client) -> None:
    assert "No sales yet" in analyst.get("/analytics/").text
    create_sale(date=timezone.localdate(), quantity=1234, revenue=Decimal("5678.90"))
    page = analyst.get("/analytics/").text
    assert page.count("<svg xmlns") == 3
    assert '<td class="number">5,678.90</td>' in page
    assert "<dd>1,234</dd>" in page


def test_the_model_is_trained(analyst: Client) -> None:
    create_sale()
    page = analyst.post("/analytics/train", follow=True)
    assert "at least 6 months" in page.text
    create_months(12)
    page = analyst.post("/analytics/train", follow=True)
    assert "linear-trend, version 1" in page.text


def test_a_file_is_shown_before_it_is_imported(analyst: Client) -> None:
    assert "Check the file" in analyst.get("/analytics/import/").text
    path = send(analyst, CSV).headers["Location"]
    preview = analyst.get(path).text
    assert "Import 2 sales?" in preview
    assert "Kettle" in preview
    assert not Sale.objects.exists()
    page = analyst.post(path, follow=True)
    assert "2 sales were imported." in page.text
    assert Sale.objects.count() == 2
    assert analyst.post(path).status_code == 404


def test_errors_are_shown_by_row_and_column(analyst: Client) -> None:
    page = send(analyst, f"{HEADER}A-1,2026-01-31,<b>,North,x,1\n" + "?,,,,,\n" * 99)
    assert "Nothing was imported." in page.text
    assert "Enter a whole number from 1 to 999999." in page.text
    assert "There are more errors" in page.text
    assert not PendingImport.objects.exists()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "This field is required."),
        ({"file": "text"}, "This field is required."),
        ({"file": file("")}, "The first row must have"),
        ({"file": file("a\n\n", "a.xlsx")}, "The first row must have"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_of_the_field(
    analyst: Client, fields: dict[str, Any], message: str
) -> None:
    page = analyst.post("/analytics/import/", fields).text
    assert message in page
    assert 'aria-describedby="id_file_helptext id_file_error"' in page


def test_imports_are_limited(analyst: Client) -> None:
    statuses = {send(analyst, "").status_code for _ in range(61)}
    assert statuses == {200, 429}


def test_sales_are_listed_by_period_and_in_pages(analyst: Client) -> None:
    create_months(30)
    first = analyst.get("/analytics/sales/").text
    assert "Sales 1 to 20 of 30" in first
    assert "Sales 21 to 30" in analyst.get("/analytics/sales/?page=2").text
    page = analyst.get("/analytics/sales/?start=2025-03-01&end=2025-04-30").text
    assert "Sales 1 to 2 of 2" in page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("start=2026-13-01", "Enter a valid date."),
        ("start=0001-01-01", "Enter a day from 1970-01-01 to 2100-12-31."),
        ("start=%00", "Enter a valid date."),
        ("start=2026-02-01&end=2026-01-31", "before the first"),
    ],
)
def test_invalid_periods_are_errors(analyst: Client, query: str, message: str) -> None:
    assert message in analyst.get(f"/analytics/sales/?{query}").text
    response = analyst.get(f"/analytics/sales/export.csv?{query}")
    assert response.headers["Location"] == f"/analytics/sales/?{query}"


def test_an_export_has_the_sales_of_the_period(analyst: Client) -> None:
    create_sale("A-1")
    create_sale("A-2", date="2026-02-01", product="=1+1")
    expected = "A-2,2026-02-01,'=1+1,North,2,18.00"
    text = download(analyst, "/analytics/sales/export.csv?start=2026-02-01").decode()
    assert text.splitlines()[1:] == [expected]
    assert download(analyst, "/analytics/sales/export.xlsx").startswith(b"PK")
    assert analyst.get("/analytics/sales/export.exe").status_code == 404


def test_an_export_is_bounded(analyst: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    create_months(3)
    monkeypatch.setattr(service, "MAX_EXPORT_ROWS", 2)
    response = analyst.get("/analytics/sales/export.csv")
    assert response.status_code == 409
    assert "Choose a shorter period." in response.text


def test_a_report_is_created_computed_and_deleted(analyst: Client) -> None:
    assert "No reports yet" in analyst.get("/analytics/reports/").text
    create_sale()
    path = analyst.post("/analytics/reports/new", REPORT).headers["Location"]
    page = analyst.get(path).text
    assert "Revenue by region" in page
    assert '<td class="number">18.00</td>' in page
    create_sale("A-2")
    analyst.post(f"{path}/compute")
    assert '<td class="number">36.00</td>' in analyst.get(path).text
    assert "Regions" in analyst.get("/analytics/reports/").text
    assert "Delete Regions?" in analyst.get(f"{path}/delete").text
    analyst.post(f"{path}/delete")
    assert analyst.get(path).status_code == 404


def test_a_report_whose_period_is_invalid_is_not_saved(analyst: Client) -> None:
    fields = REPORT | {"start": "2026-02-01", "end": "2026-01-31"}
    page = analyst.post("/analytics/reports/new", fields).text
    assert "The last day is before the first." in page
    assert not Report.objects.exists()


@pytest.mark.parametrize("path", ["sales/", "reports/"])
def test_the_number_of_queries_does_not_grow(analyst: Client, path: str) -> None:
    counts = []
    for number in range(3):
        create_sale(f"A-{number}")
        create_sales_report(create_user(f"user{number}@example.org"))
        counts.append(count_queries(analyst, f"/analytics/{path}"))
    assert counts == counts[:1] * 3
