"""Pages that editors write, and their editor, in a real browser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import playwright.sync_api as playwright
import pytest

from tests.contract.client import Browser, Client, database_with_members
from tests.contract.test_appearance import check_appearance, chromium
from tests.starters.harness import HOST, Project, Service, running_server

__all__ = ["chromium"]  # a fixture
pytestmark = pytest.mark.features("cms")
PAGES = [
    "/",
    "/blog/",
    "/blog/the-new-workbench/",
    "/about-us/",
    "/search/?query=workbench",
]
EDITOR = "editor@example.com"


@dataclass
class Site:
    """A server with the demonstration site, and the password of its editor."""

    service: Service
    password: str


@pytest.fixture(scope="module")
def site(project: Project) -> Iterator[Site]:
    """Run a server for a browser that sends forms by plain HTTP."""
    database = database_with_members(project)
    output = project.poe("seed", DATABASE_URL=database.url)
    with running_server(project, database.url, FORCE_HTTPS="false") as service:
        yield Site(service, password=output.split()[-1])


@pytest.mark.thorough
def test_pages_of_editors_are_accessible_and_fit_the_screen(
    chromium: playwright.Browser, site: Site
) -> None:
    check_appearance(chromium, site.service, Browser(Client(site.service)), PAGES)


@pytest.mark.thorough
def test_the_editor_and_its_preview_comply_with_their_policy(
    chromium: playwright.Browser, site: Site
) -> None:
    page = chromium.new_page()
    messages = list[str]()
    page.on("console", lambda message: messages.append(message.text))
    page.goto(f"http://{HOST}:{site.service.port}/cms/")
    page.get_by_label("Email").fill(EDITOR)
    page.get_by_label("Password").fill(site.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Images").first.click()
    page.goto(f"http://{HOST}:{site.service.port}/cms/pages/3/")
    page.get_by_role("link", name="About us", exact=True).first.click()
    page.get_by_role("button", name=re.compile("Toggle preview")).click()
    page.frame_locator("#w-preview-iframe").locator("main h1").wait_for()
    assert not [text for text in messages if "Content Security Policy" in text]
