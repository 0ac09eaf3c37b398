"""The admin panel: access, sign-in, and protection of its forms."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
import playwright.sync_api as playwright
import pytest

from tests.contract.client import (
    PASSWORD,
    Browser,
    Client,
    Form,
    Page,
    Person,
    log_entries,
    unique_email,
    unique_name,
)
from tests.contract.conftest import Disposable
from tests.contract.differences import Conventions
from tests.contract.test_appearance import check_appearance, chromium
from tests.starters.databases import Database
from tests.starters.harness import HOST, Project, Service

__all__ = ["chromium"]  # a fixture

# Tokens and nonces: they differ in each response.
RANDOM_VALUE = re.compile(r'(?<=value=")[^"]{30,}(?=")|(?<=nonce=")[^"]+(?=")')

pytestmark = pytest.mark.features("admin")


@pytest.fixture(scope="session")
def admin_user(project: Project, service: Service, database: Database) -> Person:
    """Create a staff account with the command of the project."""
    email = unique_email()
    settings = {"DATABASE_URL": database.url}
    project.poe("create-admin", email, typed=f"{PASSWORD}\n", **settings)
    return Person(service, email)


def new_browser(person: Person) -> Browser:
    return Browser(Client(person.service, anonymous=True))


def sign_in_form(page: Page) -> Form:
    return page.form("username", "password")


def sign_in(
    browser: Browser, conventions: Conventions, email: str, password: str = PASSWORD
) -> httpx2.Response:
    page = browser.follow(browser.request("GET", conventions.admin))
    form = sign_in_form(page)
    return browser.post(page, form, username=email, password=password)


@pytest.fixture
def panel(admin_user: Person, conventions: Conventions) -> Browser:
    browser = new_browser(admin_user)
    response = sign_in(browser, conventions, admin_user.email)
    assert response.status_code in {302, 303}
    return browser


def list_paths(panel: Browser, conventions: Conventions) -> list[str]:
    """Return the paths of the lists of rows, which the menu links to."""
    links = panel.page(conventions.admin).links()
    paths = {urlsplit(address).path for address in links}
    return sorted(
        path
        for path in paths
        if path.rstrip("/") != conventions.admin.rstrip("/")
        and re.fullmatch(conventions.admin_list, path)
    )


def create_item_of(person: Person) -> str:
    """Create an item of a person, and return its name."""
    name: str = person.sign_in_client().create(name=unique_name())["name"]
    return name


def test_anonymous_users_are_redirected_to_sign_in(
    panel: Browser, admin_user: Person, conventions: Conventions
) -> None:
    browser = new_browser(admin_user)
    for path in (conventions.admin, *list_paths(panel, conventions)):
        response = browser.request("GET", path)
        assert response.status_code in {302, 303}
        assert sign_in_form(browser.follow(response))


def test_all_failed_sign_ins_get_the_same_response(
    admin_user: Person, conventions: Conventions
) -> None:
    member = Person(admin_user.service)
    member.register_and_confirm()
    answers = []
    for email, password in (
        (member.email, PASSWORD),
        (member.email, "wrong password"),
        (admin_user.email, "wrong password"),
        (unique_email(), PASSWORD),
    ):
        browser = new_browser(admin_user)
        response = sign_in(browser, conventions, email, password)
        text = response.text.replace(email, "")
        text = RANDOM_VALUE.sub("", text)
        answers.append((response.status_code, text, {*browser.cookies}))
        assert browser.request("GET", conventions.admin).status_code in {302, 303}
    assert answers == answers[:1] * 4


@pytest.mark.features("pages")
def test_users_who_are_not_staff_have_no_access(
    admin_user: Person, conventions: Conventions
) -> None:
    member = Person(admin_user.service)
    member.register_and_confirm()
    response = member.sign_in_browser().request("GET", conventions.admin)
    assert response.status_code in {302, 303, 403}


def test_sign_in_attempts_share_the_rate_limit_of_other_forms(
    admin_user: Person, conventions: Conventions
) -> None:
    victim = Person(admin_user.service)
    victim.register_and_confirm()
    guesser = Browser(victim.client)
    for _ in range(5):
        assert victim.request_tokens("wrong password").status_code == 401
        sign_in(guesser, conventions, victim.email, "wrong password")
    response = sign_in(guesser, conventions, victim.email)
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) > 0
    assert victim.request_tokens().status_code == 429


@pytest.mark.thorough
@pytest.mark.parametrize("right", ["is_staff", "is_active"])
def test_the_last_staff_account_keeps_its_rights(
    disposable: Disposable, conventions: Conventions, right: str
) -> None:
    admin_user = Person(disposable.service)
    disposable.service.project.poe(
        "create-admin",
        admin_user.email,
        typed=f"{PASSWORD}\n",
        DATABASE_URL=disposable.database.url,
    )
    panel = new_browser(admin_user)
    sign_in(panel, conventions, admin_user.email)
    (path,) = [
        path for path in list_paths(panel, conventions) if "user" in path.split("/")
    ]
    found = panel.page(f"{path}?{conventions.admin_search}={admin_user.email}")
    page = panel.page(found.link(r".*/(edit|change)/.*"))
    form = page.form(right)
    del form.values[right]
    assert panel.post(page, form).status_code in {200, 400}
    assert panel.request("GET", conventions.admin).status_code == 200
    assert admin_user.sign_in_client().get("/api/v1/me").json()["is_staff"]


def test_every_model_is_listed_and_can_be_searched(
    panel: Browser, admin_user: Person, conventions: Conventions
) -> None:
    people = [Person(admin_user.service) for _ in range(2)]
    for person in people:
        person.register_and_confirm()
    first, second = [create_item_of(person) for person in people]
    kinds = list_paths(panel, conventions)
    wanted = ["item", "user"] + ["upload"] * ("uploads" in admin_user.features)
    for kind in wanted:
        assert [path for path in kinds if kind in path], kinds
    for kind, there, absent in (
        ("item", first, second),
        ("user", people[0].email, people[1].email),
    ):
        (path,) = [path for path in kinds if kind in path.split("/")]
        page = panel.page(
            f"{path}?{conventions.admin_search}={there.replace(' ', '+')}"
        )
        assert there in page.text
        assert absent not in page.text
    for path in kinds:
        for query in ("%00", "%27%22--", "%25", "a" * 2000):
            assert panel.page(f"{path}?{conventions.admin_search}={query}")


def test_pages_comply_with_the_content_security_policy(
    panel: Browser, admin_user: Person, conventions: Conventions
) -> None:
    own_policy = panel.request("GET", "/no/such/thing").headers[
        "content-security-policy"
    ]
    addresses: set[str] = set()
    anonymous = new_browser(admin_user)
    pages = [
        anonymous.follow(anonymous.request("GET", conventions.admin)),
        *[
            panel.page(path)
            for path in (conventions.admin, *list_paths(panel, conventions))
        ],
    ]
    for page in pages:
        for element in page.elements:
            assert "style" not in element.attributes
            assert not [name for name in element.attributes if name.startswith("on")]
            assert element.tag != "style"
            assert element.tag != "script" or element.get("src")
        addresses |= set(page.assets())
    for address in addresses:
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc) in {("https", HOST), ("data", "")}, address
        if parts.scheme == "https":
            assert panel.request("GET", parts.path).status_code == 200
    response = panel.request("GET", conventions.admin)
    assert response.headers["content-security-policy"] == own_policy
    assert "no-store" in response.headers["cache-control"].split(", ")


def test_the_panel_is_accessible_and_fits_the_screen(
    chromium: playwright.Browser,
    panel: Browser,
    admin_user: Person,
    conventions: Conventions,
) -> None:
    create_item_of(admin_user)
    (items,) = [
        path for path in list_paths(panel, conventions) if "item" in path.split("/")
    ]
    row = panel.page(items).link(r".*/(edit|change)/.*")
    paths = [conventions.admin, items, row]
    cookie = "; ".join(f"{name}={value}" for name, value in panel.cookies.items())
    service = admin_user.service
    check_appearance(chromium, service, panel, paths, cookie=cookie)


def test_signing_out_needs_post_and_ends_the_session(
    panel: Browser, conventions: Conventions
) -> None:
    page = panel.page(conventions.admin)
    (form,) = [form for form in page.forms if "out" in form.element.get("action")]
    assert form.element.get("method").lower() == "post"
    target = urlsplit(urljoin(page.url, form.element.get("action"))).path
    refused = panel.request("GET", target)
    assert refused.status_code in {404, 405}
    assert "GET" not in refused.headers.get("allow", "")
    assert panel.request("GET", conventions.admin).status_code == 200
    stolen = dict(panel.cookies)
    assert panel.post(page, form).status_code in {302, 303}
    panel.cookies = stolen
    assert panel.request("GET", conventions.admin).status_code in {302, 303}


def test_cross_site_posts_are_refused(
    panel: Browser, admin_user: Person, conventions: Conventions
) -> None:
    page = panel.page(conventions.admin)
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    paths = {
        urlsplit(urljoin(page.url, form.element.get("action"))).path
        for form in page.forms
    }
    anonymous = new_browser(admin_user)
    sign_in_page = anonymous.follow(anonymous.request("GET", conventions.admin))
    paths |= {urlsplit(sign_in_page.url).path}
    for path in paths:
        for method in ("POST", "DELETE"):
            response = panel.request(method, path, headers=headers)
            assert response.status_code in {403, 405}
    assert panel.request("GET", conventions.admin).status_code == 200


def test_missing_rows_get_404(panel: Browser, conventions: Conventions) -> None:
    for path in ("nonsense/", *conventions.admin_missing):
        response = panel.request("GET", conventions.admin + path)
        assert response.status_code == 404, path


def test_signing_in_is_logged(admin_user: Person, conventions: Conventions) -> None:
    browser = new_browser(admin_user)
    page = browser.follow(browser.request("GET", conventions.admin))
    for password, event in (("wrong", "sign_in_failed"), (PASSWORD, "signed_in")):
        response = browser.post(
            page, sign_in_form(page), username=admin_user.email, password=password
        )
        request_id = response.headers["x-request-id"]
        entries: list[dict[str, Any]] = log_entries(admin_user.service, request_id, 2)
        assert event in {entry["event"] for entry in entries}
        assert not re.search(f"{password}|{admin_user.email}", str(entries))
