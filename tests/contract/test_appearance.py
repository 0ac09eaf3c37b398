"""Pages in a real browser: valid HTML, accessibility, layout on small screens."""

import os
import shutil
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

import html5lib
import playwright.sync_api as playwright
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

from tests.contract.client import Browser, credentials, unique_name
from tests.contract.test_pages import DELETE, EDIT, ITEMS, NEW, create, item_link
from tests.starters.harness import HOST, Service

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SCREENS: list[tuple[int, Literal["dark", "light"]]] = [(320, "dark"), (1280, "light")]
REFUSED = "/items/refused"  # its content is replaced with a form with errors
LAYOUT_SHIFT = """async () => {
  const observer = new PerformanceObserver(() => {});
  observer.observe({type: "layout-shift", buffered: true});
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return observer.takeRecords().reduce((sum, shift) => sum + shift.value, 0);
}"""
OVERFLOW = """() =>
  document.documentElement.scrollWidth - document.documentElement.clientWidth
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[playwright.Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        message = "needs Chromium; TRIVET_REQUIRE_CHROMIUM=1 makes this a failure"
        if os.environ.get("TRIVET_REQUIRE_CHROMIUM") == "1":
            pytest.fail(message)
        pytest.skip(message)
    arguments = ["--no-sandbox", f"--host-resolver-rules=MAP {HOST} 127.0.0.1"]
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


def invalid_form(browser: Browser) -> str:
    """Return the source of a form with errors."""
    page = browser.page(browser.page(ITEMS).link(NEW))
    form = page.form("name", "description", "price")
    fields = {"name": "", "description": "x" * 1001, "price": "many"}
    return str(browser.post(page, form, **fields).text)


def check_appearance(
    chromium: playwright.Browser,
    service: Service,
    browser: Browser,
    paths: list[str],
    *,
    cookie: str = "",
) -> None:
    """Check pages with axe, for horizontal overflow and for layout shifts.

    The cookie is that of the user who sees them. Without one, it is MEMBER.
    """
    sent = {"Cookie": cookie} if cookie else credentials(service)
    headers = {"X-Forwarded-Proto": "https"} | sent
    headers.pop("Authorization", None)
    refused = invalid_form(browser) if REFUSED in paths else ""
    faults, messages, failed = [], list[str](), list[playwright.Request]()

    def note_failure(request: playwright.Request) -> None:
        failed.append(request)

    def fetch_by_http(route: playwright.Route) -> None:
        """Answer a request as a proxy with TLS in front of the service would."""
        address = f"http://127.0.0.1:{service.port}"
        response = route.fetch(
            url=route.request.url.replace(f"https://{HOST}", address, 1),
            headers=route.request.headers | {"host": HOST},
        )
        route.fulfill(response=response)

    for width, scheme in SCREENS:
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            extra_http_headers=headers,
        )
        context.route("**/*", fetch_by_http)
        page = context.new_page()
        page.on("requestfailed", note_failure)
        page.on("console", lambda message: messages.append(message.text))
        for path in paths:
            page.goto(f"https://{HOST}{path}")
            if path == REFUSED:
                page.set_content(refused)
            screen = f"{path} at {width} px, {scheme}"
            found = Axe().run(page)
            if found.violations_count:
                faults.append(f"{screen}: {found.generate_report()}")
            if (pixels := page.evaluate(OVERFLOW)) > 0:
                faults.append(f"{screen}: {pixels} px too wide")
            if (shift := page.evaluate(LAYOUT_SHIFT)) > 0:
                faults.append(f"{screen}: layout shift of {shift}")
        context.close()
    faults += [text for text in messages if "Content Security Policy" in text]
    faults += [
        f"not loaded: {request.url}"
        for request in failed
        if request.resource_type in {"font", "image", "script", "stylesheet"}
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.features("pages")
def test_pages_are_accessible_and_fit_the_screen(
    chromium: playwright.Browser, service: Service, browser: Browser
) -> None:
    name = unique_name("Donaudampfschifffahrtsgesellschaftskapitän")
    create(browser, name=name, description="long " * 150, price="1000000")
    paths = [
        "/",
        ITEMS,
        urlsplit(browser.page(ITEMS).link(NEW)).path,
        item_link(browser, name, EDIT),
        item_link(browser, name, DELETE),
        REFUSED,
        "/no/such/page",
    ]
    check_appearance(chromium, service, browser, paths)


@pytest.mark.features("accounts", "pages")
def test_pages_of_accounts_are_accessible_and_fit_the_screen(
    chromium: playwright.Browser, service: Service, browser: Browser
) -> None:
    profile = browser.page(browser.page("/").link("/accounts/profile"))
    paths = ["/accounts/sign-in", "/accounts/register", "/accounts/reset", "/"]
    paths += sorted(
        {
            path
            for address in profile.links()
            if (path := urlsplit(address).path).startswith("/accounts/")
        }
    )
    check_appearance(chromium, service, browser, paths)


@pytest.mark.features("pages")
def test_pages_are_valid_html(browser: Browser) -> None:
    name = unique_name("<Valid> & \"quoted\" 'name'")
    create(browser, name=name, description=name)
    sources = [browser.page("/no/such/page", 404).source, invalid_form(browser)] + [
        browser.page(path).source
        for path in (
            "/",
            ITEMS,
            item_link(browser, name, EDIT),
            item_link(browser, name, DELETE),
        )
    ]
    for source in sources:
        html5lib.HTMLParser(strict=True).parse(source)
