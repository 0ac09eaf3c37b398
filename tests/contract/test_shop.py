"""The shop: guests and customers order, staff see the orders, and nobody else does."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import playwright.sync_api as playwright
import pytest

from tests.contract.client import (
    Browser,
    Client,
    Page,
    Person,
    extract_link,
)
from tests.contract.test_appearance import check_appearance, chromium
from tests.starters.databases import Database
from tests.starters.harness import HOST, Project, Service, run

__all__ = ["chromium"]  # a fixture
pytestmark = pytest.mark.features("shop")
CATALOGUE, PREVIEW = "/shop/catalogue/", "/shop/checkout/preview/"
DASHBOARD = "/shop/dashboard/"
LAST_COPY = "White tea"
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "line1": "1 Sample Street",
    "line4": "Vienna",
    "postcode": "1010",
    "country": "AT",
}


@dataclass
class Shop:
    """A server with the demonstration shop, and its staff."""

    service: Service
    staff: Person

    def new_browser(self) -> Browser:
        return Browser(Client(self.service, anonymous=True))


@pytest.fixture(scope="module")
def shop(project: Project, service: Service, database: Database) -> Shop:
    command = [project.python, "manage.py", "seed_shop"]
    settings = project.environment(ENVIRONMENT="development", DATABASE_URL=database.url)
    output = run(command, project.directory, settings)
    staff = Person(service, "shop@example.com")
    staff.password = output.split()[-1]
    return Shop(service, staff)


def add_to_basket(browser: Browser, title: str) -> Page:
    path = browser.page(f"/shop/search/?q={title}").link(r"/shop/catalogue/[\w-]+_\d+/")
    page = browser.page(path)
    return browser.follow(browser.post(page, page.form("quantity")))


def go_to_preview(browser: Browser, title: str, email: str = "") -> Page:
    """Walk the checkout until the order only has to be placed."""
    add_to_basket(browser, title)
    if email:
        page = browser.page("/shop/checkout/")
        browser.follow(browser.post(page, page.form("email"), email=email))
    page = browser.page("/shop/checkout/shipping-address/")
    browser.post(page, page.form("line1"), **ADDRESS)
    browser.request("GET", "/shop/checkout/shipping-method/")
    return browser.page(PREVIEW)


def place_order(browser: Browser, preview: Page) -> str:
    """Place an order, and return its number."""
    page = browser.follow(browser.post(preview, preview.form("basket", "total")))
    found = re.search(r"Its number is (\d+)", page.text)
    assert found, page.text
    return found[1]


def test_guests_order_and_follow_the_order_by_the_link_in_the_email(
    shop: Shop,
) -> None:
    guest = Person(shop.service)
    browser = shop.new_browser()
    number = place_order(browser, go_to_preview(browser, "Notebook", guest.email))
    link = extract_link(guest.wait_for_email())
    assert number in link
    form_path = urlsplit(shop.new_browser().request("GET", link).headers["location"])
    other = shop.new_browser()
    page = other.page(form_path.path)
    answer = other.post(page, page.form("email"), email="someone@example.org")
    assert "1 Sample Street" not in answer.text
    page = other.follow(other.post(page, page.form("email"), email=guest.email))
    assert "1 Sample Street" in page.text


def test_customers_see_their_orders_and_others_do_not(shop: Shop) -> None:
    customer, other = Person(shop.service), Person(shop.service)
    for person in (customer, other):
        person.register_and_confirm()
    browser = customer.sign_in_browser()
    number = place_order(browser, go_to_preview(browser, "Notebook"))
    path = f"/shop/orders/{number}/"
    assert "Notebook" in browser.page(path).text
    assert number in browser.page("/shop/orders/").text
    stranger = other.sign_in_browser()
    stranger.page(path, status=404)
    assert number not in stranger.page("/shop/orders/").text
    assert shop.new_browser().request("GET", path).status_code == 302
    for page in ("", f"orders/{number}/"):
        assert stranger.request("GET", DASHBOARD + page).status_code == 403
        location = shop.new_browser().request("GET", DASHBOARD + page).headers
        assert location["location"].startswith(
            ("/accounts/sign-in", f"{DASHBOARD}login")
        )
    staff = shop.staff.sign_in_browser()
    assert number in staff.page(f"{DASHBOARD}orders/").text


@pytest.mark.database
def test_the_last_copy_is_sold_once(shop: Shop) -> None:
    browsers = [shop.new_browser() for _ in range(3)]
    previews = [
        go_to_preview(browser, LAST_COPY, Person(shop.service).email)
        for browser in browsers
    ]

    barrier = threading.Barrier(len(browsers))

    def order(browser: Browser, preview: Page) -> str:
        barrier.wait(15)
        answer = browser.post(preview, preview.form("basket", "total"))
        return str(answer.headers.get("location", answer.status_code))

    with ThreadPoolExecutor(len(browsers)) as pool:
        targets = [*pool.map(order, browsers, previews)]
    assert targets.count("/shop/checkout/thank-you/") == 1, targets


def test_signing_out_and_passwords_are_pages_of_accounts(shop: Shop) -> None:
    browser = shop.staff.sign_in_browser()
    assert browser.request("GET", f"{DASHBOARD}logout/").status_code == 405
    for path in ("accounts/logout/", "accounts/login/", "password-reset/"):
        assert browser.request("GET", f"/shop/{path}").status_code == 404
    assert browser.request("GET", DASHBOARD).status_code == 200


def test_pages_are_accessible_and_fit_the_screen(
    chromium: playwright.Browser, shop: Shop
) -> None:
    browser = shop.staff.sign_in_browser()
    number = place_order(browser, go_to_preview(browser, "Notebook"))
    go_to_preview(browser, "Green")
    product = browser.page(CATALOGUE).link(r"/shop/catalogue/[\w-]+_\d+/")
    paths = [
        CATALOGUE,
        product,
        "/shop/basket/",
        "/shop/checkout/shipping-address/",
        PREVIEW,
        "/shop/orders/",
        f"/shop/orders/{number}/",
    ]
    cookie = "; ".join(f"{key}={value}" for key, value in browser.cookies.items())
    check_appearance(chromium, shop.service, browser, paths, cookie=cookie)


def test_the_dashboard_complies_with_its_content_security_policy(
    chromium: playwright.Browser, shop: Shop
) -> None:
    browser = shop.staff.sign_in_browser()
    policy = browser.request("GET", DASHBOARD).headers["content-security-policy"]
    assert "script-src 'self' 'nonce-" in policy
    public = browser.request("GET", CATALOGUE).headers["content-security-policy"]
    assert "unsafe-inline" not in public
    product = browser.page(f"{DASHBOARD}catalogue/").link(
        rf"{DASHBOARD}catalogue/products/\d+/"
    )
    order = browser.page(f"{DASHBOARD}orders/").link(rf"{DASHBOARD}orders/\d+/")
    cookies = "; ".join(f"{key}={value}" for key, value in browser.cookies.items())
    headers = {"X-Forwarded-Proto": "https", "Cookie": cookies}
    page = chromium.new_context(extra_http_headers=headers).new_page()
    messages = list[str]()
    page.on("console", lambda message: messages.append(message.text))
    for path in (DASHBOARD, product, order, f"{DASHBOARD}orders/statistics/"):
        page.goto(f"http://{HOST}:{shop.service.port}{path}")
        page.wait_for_load_state("networkidle")
    assert not [text for text in messages if "Content Security Policy" in text]
