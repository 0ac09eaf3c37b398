"""Sales: imports, exports and reports, for users with permissions only."""

import csv
import time

import httpx2
import playwright.sync_api as playwright
import pytest

from tests.contract.client import (
    ORIGIN,
    Browser,
    Client,
    Page,
    Person,
    check_problem,
    parse_page,
    unique_name,
)
from tests.contract.test_admin import admin_user
from tests.contract.test_appearance import check_appearance, chromium
from tests.starters.harness import Service

__all__ = ["admin_user", "chromium"]  # fixtures
pytestmark = pytest.mark.features("analytics", "api")
SALES, IMPORT = "/analytics/sales/", "/analytics/import/"
REPORTS = "/api/v1/analytics/reports"
HEADER = "number,date,product,region,quantity,revenue\n"
MULTIPART = "multipart/form-data; boundary=b"


@pytest.fixture(scope="module")
def analyst(admin_user: Person) -> Browser:
    """Return a browser of a user who has all permissions."""
    return admin_user.sign_in_browser()


def unique_number() -> str:
    return unique_name("S").replace(" ", "-")


def send_file(browser: Browser, content: str) -> httpx2.Response:
    """Choose a file in the form for imports, and send it."""
    token = browser.page(IMPORT).form("file").values["csrfmiddlewaretoken"]
    parts = (
        '--b\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n'
        f"{token}\r\n--b\r\nContent-Disposition: form-data; "
        f'name="file"; filename="a.csv"\r\n\r\n{content}\r\n--b--\r\n'
    )
    headers = {"Content-Type": MULTIPART, "Origin": ORIGIN}
    return browser.request("POST", IMPORT, headers=headers, content=parts.encode())


def import_sale(browser: Browser, number: str, product: str) -> Page:
    """Import one sale, and return the page with the preview."""
    row = f'{number},2026-01-31,"{product}",North,2,18.00'
    preview = browser.follow(send_file(browser, HEADER + row))
    assert number not in exported(browser)
    browser.follow(browser.post(preview, preview.form("csrfmiddlewaretoken")))
    return preview


def exported(browser: Browser) -> dict[str, list[str]]:
    """Return the exported rows by their number."""
    response = browser.request("GET", f"{SALES}export.csv")
    assert response.status_code == 200
    return {row[0]: row for row in csv.reader(response.text.splitlines())}


def test_a_file_with_an_error_imports_nothing(analyst: Browser) -> None:
    valid, wrong = unique_number(), unique_number()
    rows = f"{valid},2026-01-31,Tea,North,2,18.00\n{wrong},2026-02-30,Tea,North,2,1e3\n"
    page = parse_page(send_file(analyst, HEADER + rows))
    assert "Nothing was imported." in page.text
    cells = [" ".join(row.text.split()) for row in page.all("tr")]
    assert "Enter an amount such as 9.00. revenue 3" in cells
    assert not {valid, wrong} & exported(analyst).keys()


def test_text_is_no_formula_in_an_export(analyst: Browser) -> None:
    number = unique_number()
    import_sale(analyst, number, "=1+1")
    assert exported(analyst)[number][2] == "'=1+1"


def test_users_without_permission_see_nothing(
    browser: Browser, client: Client, analyst: Browser
) -> None:
    product = unique_name("Secret")
    import_sale(analyst, unique_number(), product)
    for path in ("/analytics/", SALES, f"{SALES}export.csv", "/analytics/reports/"):
        assert product not in browser.page(path, 403).text
    assert product in analyst.page(SALES).text
    check_problem(client.get(REPORTS), 403)
    check_problem(Client(client.service, anonymous=True).get(REPORTS), 401)


def test_a_report_is_computed_and_served_as_json(
    analyst: Browser, admin_user: Person
) -> None:
    import_sale(analyst, unique_number(), unique_name("Tea"))
    page = analyst.page("/analytics/reports/new")
    fields = {"measure": "sales", "group_by": "region", "name": unique_name()}
    created = analyst.post(page, page.form("name"), **fields)
    report_id = created.headers["location"].rpartition("/")[2]
    with admin_user.sign_in_client() as client:
        deadline = time.monotonic() + 30
        report = client.get(f"{REPORTS}/{report_id}").json()
        while report["status"] == "pending":
            assert time.monotonic() < deadline
            time.sleep(0.5)
            report = client.get(f"{REPORTS}/{report_id}").json()
    assert report["name"] == fields["name"]
    values = {row["label"]: int(row["value"]) for row in report["rows"]}
    assert values["North"] >= 1


def test_pages_of_analytics_are_accessible_and_fit_the_screen(
    chromium: playwright.Browser, service: Service, analyst: Browser
) -> None:
    number = unique_number()
    import_sale(analyst, number, unique_name("Donaudampfschifffahrtsgesellschaft"))
    row = f"{number}-2,2026-02-28,Tea,North,2,18.00"
    preview = analyst.follow(send_file(analyst, HEADER + row))
    page = analyst.page("/analytics/reports/new")
    fields = {"measure": "revenue", "group_by": "product", "name": unique_name()}
    report = analyst.follow(analyst.post(page, page.form("name"), **fields))
    paths = ["/analytics/", SALES, IMPORT, "/analytics/reports/", page.url, preview.url]
    paths = [path.removeprefix(ORIGIN) for path in [*paths, report.url]]
    cookie = "; ".join(f"{name}={value}" for name, value in analyst.cookies.items())
    check_appearance(chromium, service, analyst, paths, cookie=cookie)
