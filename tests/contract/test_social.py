"""The social network: what members see of each other, over HTTP."""

import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

import playwright.sync_api as playwright
import pytest

from tests.contract.client import ORIGIN, Browser, Client, Person
from tests.contract.test_appearance import check_appearance, chromium
from tests.contract.test_realtime import stream
from tests.starters.harness import Service

__all__ = ["chromium"]  # a fixture
pytestmark = pytest.mark.features("social")
FEED, PROFILE = "/social/feed", "/social/profile"


@dataclass
class Member:
    """A user with a profile."""

    browser: Browser
    handle: str

    @property
    def path(self) -> str:
        return f"/social/@{self.handle}"

    def write_post(self, text: str) -> None:
        page = self.browser.page(FEED)
        self.browser.follow(self.browser.post(page, page.form("text"), text=text))

    def send_message(self, recipient: "Member", text: str) -> None:
        page = self.browser.page(f"/social/messages/@{recipient.handle}")
        self.browser.follow(self.browser.post(page, page.form("text"), text=text))

    def press(self, path: str, action: str) -> None:
        """Press the button of a page that posts to this path."""
        page = self.browser.page(path)
        [form] = [
            each
            for each in page.forms
            if urlsplit(each.element.get("action") or page.url).path == action
        ]
        self.browser.follow(self.browser.post(page, form))


def create_profile(browser: Browser) -> Member:
    handle = f"user_{uuid.uuid4().hex[:12]}"
    page = browser.page(PROFILE)
    fields = {"handle": handle, "display_name": handle.title()}
    browser.follow(browser.post(page, page.form("handle"), **fields))
    return Member(browser, handle)


def join(service: Service) -> Member:
    person = Person(service)
    person.register_and_confirm()
    return create_profile(person.sign_in_browser())


@pytest.fixture(scope="module")
def ada(service: Service) -> Member:
    return join(service)


@pytest.fixture(scope="module")
def bob(service: Service) -> Member:
    return join(service)


def test_a_post_is_escaped_and_its_page_is_for_members(
    ada: Member, bob: Member, service: Service
) -> None:
    ada.write_post("<script>alert(1)</script>\r\nHello")
    page = bob.browser.page(ada.path)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>Hello" in page.source
    anonymous = Browser(Client(service, anonymous=True))
    for path in (ada.path, FEED):
        assert anonymous.request("GET", path).status_code == 302


def test_the_feed_is_read_by_cursor(ada: Member, bob: Member) -> None:
    # One member could not write so many posts in this time.
    ada.press(bob.path, f"{bob.path}/follow")
    for number in range(12):
        ada.write_post(f"post {number} by Ada.")
        bob.write_post(f"post {number} by Bob.")
    page = ada.browser.page(FEED)
    ada.write_post("a newer post")
    [next_page] = [each for each in page.links() if "cursor=" in each]
    rest = ada.browser.page(next_page.removeprefix(ORIGIN))
    found = [
        text
        for number in range(12)
        for text in (f"post {number} by Ada.", f"post {number} by Bob.")
        if (text in page.source) == (text in rest.source)
    ]
    assert not found  # each is on one of the two pages
    assert "a newer post" not in rest.source


def test_a_message_is_private_and_announced(
    ada: Member, bob: Member, service: Service
) -> None:
    pairs = (f"{name}={value}" for name, value in bob.browser.cookies.items())
    with stream(service, Cookie="; ".join(pairs)) as events:
        ada.send_message(bob, "the key is under the mat")
        assert events.next() == {"type": "notification.created"}
    inbox = bob.browser.page("/social/messages/")
    assert "the key is under the mat" in inbox.source
    eve = join(service)
    for path in ("", f"@{ada.handle}", f"@{bob.handle}"):
        page = eve.browser.page(f"/social/messages/{path}")
        assert "the key is under the mat" not in page.source


def test_a_blocked_member_sees_nothing(service: Service) -> None:
    ada, bob = join(service), join(service)
    ada.write_post("a post of Ada")
    ada.send_message(bob, "a message of Ada")
    bob.press(ada.path, f"{ada.path}/follow")
    ada.press(f"{bob.path}/block", f"{bob.path}/block")
    for path in (FEED, "/social/messages/", "/social/people", "/social/notifications/"):
        assert "of Ada" not in bob.browser.page(path).source
        assert ada.handle not in bob.browser.page(path).source
    for path in (ada.path, f"{ada.path}/followers", f"/social/messages/@{ada.handle}"):
        assert bob.browser.request("GET", path).status_code == 404


def test_pages_are_accessible_and_fit_the_screen(
    chromium: playwright.Browser, service: Service, browser: Browser, bob: Member
) -> None:
    handle = browser.page(PROFILE).form("handle").values["handle"]
    member = Member(browser, handle) if handle else create_profile(browser)
    bob.write_post("Donaudampfschifffahrtsgesellschaft" * 4)
    bob.send_message(member, "long " * 100)
    paths = [
        FEED,
        PROFILE,
        bob.path,
        f"{bob.path}/block",
        "/social/people",
        "/social/messages/",
        f"/social/messages/@{bob.handle}",
        "/social/notifications/",
        f"/social/report/profiles/@{bob.handle}",
    ]
    check_appearance(chromium, service, browser, paths)
