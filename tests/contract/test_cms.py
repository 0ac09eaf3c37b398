"""Pages that editors write, and their editor, in a real browser."""

import re
from dataclasses import dataclass

import playwright.sync_api as playwright
import pytest

from tests.contract.client import PASSWORD, Browser, Client, Person, unique_email
from tests.contract.conftest import Disposable
from tests.contract.test_appearance import check_appearance, chromium
from tests.starters.harness import HOST, Service

__all__ = ["chromium"]  # a fixture
pytestmark = pytest.mark.features("cms")
PAGES = ["/", "/blog/", "/blog/the-new-shelf/", "/about-us/", "/search/?query=shelf"]


@dataclass
class Site:
    """A server with the demonstration site, and a browser of an administrator."""

    service: Service
    browser: Browser


@pytest.fixture
def site(disposable: Disposable) -> Site:
    project, url = disposable.service.project, disposable.database.url
    project.poe("seed", DATABASE_URL=url)
    email = unique_email()
    project.poe("create-admin", email, typed=f"{PASSWORD}\n", DATABASE_URL=url)
    browser = Person(disposable.service, email).sign_in_browser()
    return Site(disposable.service, browser)


def test_pages_are_accessible_and_fit_the_screen(
    chromium: playwright.Browser, site: Site
) -> None:
    check_appearance(chromium, site.service, Browser(Client(site.service)), PAGES)


def test_the_editor_complies_with_its_content_security_policy(
    chromium: playwright.Browser, site: Site
) -> None:
    cookies = "; ".join(f"{key}={value}" for key, value in site.browser.cookies.items())
    headers = {"X-Forwarded-Proto": "https", "Cookie": cookies}
    edit = site.browser.page("/cms/pages/3/").link(r"/cms/pages/\d+/edit/")
    page = chromium.new_context(extra_http_headers=headers).new_page()
    messages = list[str]()
    page.on("console", lambda message: messages.append(message.text))
    for path in ("/cms/", "/cms/images/", "/cms/pages/3/", edit):
        page.goto(f"http://{HOST}:{site.service.port}{path}")
    page.get_by_role("button", name=re.compile("Toggle preview")).click()
    preview = page.frame_locator("iframe").locator("main h1")
    preview.wait_for()
    assert not [text for text in messages if "Content Security Policy" in text]
