"""Accounts in pages: registration, session cookies, passwords."""

import re
import secrets
from urllib.parse import quote, urljoin, urlsplit

import httpx2
import pytest

from tests.contract.client import ITEMS as API_ITEMS
from tests.contract.client import (
    MAX_ATTEMPTS,
    MEMBER,
    ORIGIN,
    OTHER_MEMBER,
    PASSWORD,
    Browser,
    Client,
    Page,
    Person,
    extract_link,
    log_entries,
    parse_page,
    take_equally_long,
    unique_email,
    unique_ip_address,
    unique_name,
)
from tests.contract.conftest import Disposable
from tests.contract.differences import Conventions
from tests.contract.test_pages import check_page, create, is_listed
from tests.starters.harness import HOST, Service

pytestmark = pytest.mark.features("accounts", "pages")

ITEMS = "/items/"
SIGN_IN = r".*/(sign-in|login)/?"
REGISTER = r".*/(register|signup)/?"
RESET = r".*/(reset|password[-_]reset)/?"
CHANGE = r".*/(password|password[-_]change)/?"
OTHER = "biscuits at five o'clock"


@pytest.fixture
def anonymous_browser(service: Service) -> Browser:
    return Browser(Client(service, anonymous=True))


@pytest.fixture
def person(service: Service) -> Person:
    person = Person(service)
    person.register_and_confirm()
    return person


def is_signed_in(browser: Browser) -> bool:
    response = browser.request("GET", ITEMS)
    if response.status_code == 200:
        return True
    assert response.status_code in {302, 303}
    path = urlsplit(urljoin(ORIGIN, response.headers["location"])).path
    assert re.fullmatch(SIGN_IN, path)
    return False


def sign_out(browser: Browser) -> None:
    page = browser.page("/")
    (form,) = [form for form in page.forms if "out" in form.element.get("action")]
    assert form.element.get("method").lower() == "post"
    browser.follow(browser.post(page, form))


def password_fields(page: Page) -> list[str]:
    return [
        element.get("name")
        for element in page.all("input")
        if element.get("type") == "password"
    ]


def change_password(browser: Browser, current: str, new: str) -> Page:
    """Fill in the form: the current password first, then the new one."""
    page = browser.page(browser.page("/").link(CHANGE))
    first, *rest = password_fields(page)
    fields = {first: current} | dict.fromkeys(rest, new)
    response = browser.post(page, page.form(*fields), **fields)
    if response.status_code in {302, 303}:
        return browser.follow(response)
    return parse_page(response)


def ask_for_reset(browser: Browser, email: str) -> Page:
    page = browser.page(browser.page(browser.page("/").link(SIGN_IN)).link(RESET))
    return browser.follow(browser.post(page, page.form("email"), email=email))


def choose_password(browser: Browser, path: str, new: str) -> None:
    page = browser.page(path)
    check_page(page)
    fields = dict.fromkeys(password_fields(page), new)
    browser.follow(browser.post(page, page.form(*fields), **fields))


def test_every_page_has_a_valid_structure(
    anonymous_browser: Browser, person: Person
) -> None:
    sign_in = anonymous_browser.page(anonymous_browser.page("/").link(SIGN_IN))
    ask_for_reset(anonymous_browser, person.email)
    browser = person.sign_in_browser()
    for page in (
        anonymous_browser.page("/"),
        sign_in,
        anonymous_browser.page(anonymous_browser.page("/").link(REGISTER)),
        anonymous_browser.page(sign_in.link(RESET)),
        ask_for_reset(anonymous_browser, unique_email()),
        anonymous_browser.page(extract_link(person.wait_for_email())),
        browser.page("/"),
        browser.page(browser.page("/").link(CHANGE)),
        browser.page("/no/such/thing", 404),
    ):
        check_page(page)
        for field in page.all("input"):
            if field.get("type") in {"email", "password"}:
                assert field.get("autocomplete")
                assert not field.get("value") or field.get("type") == "email"


@pytest.mark.database
def test_a_user_registers_confirms_and_signs_in(service: Service) -> None:
    person = Person(service)
    browser = Browser(person.client)
    page = browser.page(browser.page("/").link(REGISTER))
    fields = {"email": person.email, "password": PASSWORD}
    check_page(browser.follow(browser.post(page, page.form(*fields), **fields)))
    assert person.submit_sign_in(browser).status_code not in {302, 303}
    path = extract_link(person.wait_for_email())
    for _ in range(2):  # email scanners open links as well
        page = browser.page(path)
        check_page(page)
    browser.follow(browser.post(page, page.form("token")))
    assert browser.post(page, page.form("token")).status_code == 400
    assert not is_signed_in(browser)
    browser.follow(person.submit_sign_in(browser))
    assert is_signed_in(browser)


def test_anonymous_users_are_redirected_to_sign_in_and_back(
    anonymous_browser: Browser, person: Person
) -> None:
    response = anonymous_browser.request("GET", "/items/new?a=b")
    page = anonymous_browser.follow(response)
    fields = {"email": person.email, "password": person.password}
    response = anonymous_browser.post(page, page.form(*fields), **fields)
    target = urlsplit(urljoin(ORIGIN, response.headers["location"]))
    assert f"{target.path}?{target.query}" == "/items/new?a=b"
    missing_id = "00000000-0000-4000-8000-000000000000"
    anonymous = Browser(anonymous_browser.client)
    for path in ("new", f"{missing_id}/edit", f"{missing_id}/delete"):
        response = anonymous.request(
            "POST", ITEMS + path, data={"name": "x"}, headers={"Origin": ORIGIN}
        )
        assert response.status_code in {302, 303, 403}


def test_signing_in_redirects_only_to_this_site(
    service: Service, person: Person, subtests: pytest.Subtests
) -> None:
    for target in (
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\n//evil.example",
        " //evil.example",
        "https:evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        f"{ORIGIN}.evil.example/",
        f"https://{HOST}@evil.example/",
        "evil.example",
        "/%0d%0aSet-Cookie:a=b",
        "\0",
    ):
        with subtests.test(target=target):
            browser = Browser(Client(service, anonymous=True))
            response = person.submit_sign_in(browser, f"?next={quote(target, safe='')}")
            assert response.status_code in {302, 303}
            found = urljoin(
                f"{ORIGIN}/", response.headers["location"].replace("\\", "/")
            )
            assert urlsplit(found).scheme == "https"
            assert urlsplit(found).netloc == HOST
            assert len(response.headers.get_list("set-cookie")) < 4


@pytest.mark.thorough
def test_all_failed_sign_ins_get_the_same_response(
    disposable: Disposable, conventions: Conventions
) -> None:
    person, disabled = (
        Person(disposable.service, email) for email in (MEMBER, OTHER_MEMBER)
    )
    disposable.database.execute(
        conventions.disable_user_sql.format(email=disabled.email)
    )
    pages = []

    def sign_in(email: str, password: str) -> httpx2.Response:
        browser = Browser(Client(disposable.service, anonymous=True))
        response = person.submit_sign_in(browser, email=email, password=password)
        assert response.status_code == conventions.failed_sign_in_status
        page = parse_page(response)
        check_page(page)
        assert [each.text for each in page.elements if each.get("role") == "alert"]
        pages.append(page.text)
        assert OTHER not in page.source
        return response

    assert take_equally_long(
        lambda: sign_in(person.email, OTHER),
        lambda: sign_in(unique_email(), OTHER),
        lambda: sign_in(disabled.email, PASSWORD),
    )
    assert len(set(pages)) == 1


def test_registering_and_resetting_do_not_reveal_accounts(
    anonymous_browser: Browser, person: Person
) -> None:
    page = anonymous_browser.page(anonymous_browser.page("/").link(REGISTER))
    answers = []
    for email in (person.email, unique_email()):
        fields = {"email": email, "password": OTHER}
        response = anonymous_browser.post(page, page.form(*fields), **fields)
        answers.append((response.status_code, anonymous_browser.follow(response).text))
    answers += [
        (0, ask_for_reset(anonymous_browser, email).text) for email in (person.email,)
    ]
    assert answers[0] == answers[1]
    assert ask_for_reset(anonymous_browser, unique_email()).text == answers[2][1]
    assert is_signed_in(person.sign_in_browser())


def test_a_short_long_or_common_password_is_an_error_at_its_field(
    anonymous_browser: Browser, conventions: Conventions, subtests: pytest.Subtests
) -> None:
    for password in (
        "",
        "short-1",
        "a" * 129,
        "Password1",
    ):
        with subtests.test(password=password):
            page = anonymous_browser.page(anonymous_browser.page("/").link(REGISTER))
            fields = {"email": unique_email(), "password": password}
            response = anonymous_browser.post(page, page.form(*fields), **fields)
            assert response.status_code == conventions.invalid_form_status
            page = parse_page(response)
            check_page(page)
            form = page.form("email", "password")
            assert form.values["email"] == fields["email"]
            assert not form.values["password"]
            control = form.control("password")
            assert control.get("aria-invalid") == "true"
            for identifier in control.get("aria-describedby").split():
                assert page.by_id(identifier).text.strip()


def test_a_long_password_of_any_characters_is_accepted(
    service: Service, subtests: pytest.Subtests
) -> None:
    for password in (
        "\u2615\u2614" * 64,
        "q" * 64 + "w" * 16,
    ):
        with subtests.test(password=password):
            person = Person(service)
            person.password = password
            person.register_and_confirm()
            assert is_signed_in(person.sign_in_browser())


def test_the_session_cookie_is_secure_http_only_and_bound_to_the_host(
    person: Person,
) -> None:
    browser = Browser(person.client)
    response = person.submit_sign_in(browser)
    lines = [
        line
        for line in response.headers.get_list("set-cookie")
        if "session" in line.split("=")[0]
    ]
    (line,) = lines
    assert line.startswith("__Host-")
    attributes = {part.strip().lower() for part in line.split(";")[1:]}
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= attributes
    assert not [each for each in attributes if each.startswith("domain")]
    assert not [each for each in attributes if each.startswith(("max-age", "expires"))]


def test_signing_in_gives_a_new_session(person: Person) -> None:
    browser = person.sign_in_browser()
    before = dict(browser.cookies)
    browser.follow(person.submit_sign_in(browser))
    after = Browser(person.client)
    after.cookies = before
    assert is_signed_in(browser)
    assert before != browser.cookies
    assert not is_signed_in(after)


def test_a_session_token_chosen_by_the_client_is_not_accepted(person: Person) -> None:
    planted = person.sign_in_browser()
    name = next(name for name in planted.cookies if "session" in name)
    browser = Browser(person.client)
    browser.cookies = {name: "0" * 32 + "." + "x" * 43}
    browser.follow(person.submit_sign_in(browser))
    assert browser.cookies[name] != "0" * 32 + "." + "x" * 43
    for value in ("", "x", "." * 100, "0" * 5000, '"', "\u00e9"):
        browser.cookies = {name: quote(value)}
        assert not is_signed_in(browser)


@pytest.mark.features("api")
def test_a_cookie_alone_changes_nothing_by_the_api(
    person: Person, conventions: Conventions
) -> None:
    browser = person.sign_in_browser()
    accepted = 200 if conventions.api_accepts_sessions else 401
    assert browser.request("GET", API_ITEMS).status_code == accepted
    for origin in (ORIGIN, "https://evil.example"):
        headers = {"Content-Type": "application/json", "Origin": origin}
        item = b'{"name": "Forged", "price": 1}'
        refused = browser.request("POST", API_ITEMS, headers=headers, content=item)
        assert refused.status_code in {401, 403}
    assert not is_listed(browser, "Forged")


@pytest.mark.database
def test_a_cookie_does_not_work_after_signing_out(person: Person) -> None:
    browser = person.sign_in_browser()
    copied = Browser(person.client)
    copied.cookies = dict(browser.cookies)
    response = browser.request("GET", "/accounts/sign-out")
    assert response.status_code in {404, 405}
    assert is_signed_in(browser)
    sign_out(browser)
    assert not is_signed_in(browser)
    assert not is_signed_in(copied)


@pytest.mark.database
def test_a_cookie_does_not_work_after_the_password_was_changed(person: Person) -> None:
    here, there = person.sign_in_browser(), person.sign_in_browser()
    copied = Browser(person.client)
    copied.cookies = dict(here.cookies)
    wrong = change_password(here, OTHER, OTHER)
    assert [each for each in wrong.all("input") if each.get("aria-invalid") == "true"]
    assert is_signed_in(there)
    check_page(change_password(here, PASSWORD, OTHER))
    assert is_signed_in(here)
    assert not is_signed_in(there)
    assert not is_signed_in(copied)
    browser = Browser(person.client)
    assert person.submit_sign_in(browser).status_code not in {302, 303}
    browser.follow(person.submit_sign_in(browser, password=OTHER))


@pytest.mark.database
def test_a_cookie_does_not_work_after_a_reset(person: Person) -> None:
    browser = person.sign_in_browser()
    ask_for_reset(Browser(person.client), person.email)
    path = extract_link(person.wait_for_email())
    choose_password(Browser(person.client), path, OTHER)
    assert not is_signed_in(browser)
    page = browser.page(path)
    fields = dict.fromkeys(password_fields(page), PASSWORD)
    assert browser.post(page, page.form(*fields), **fields).status_code == 400
    browser.follow(person.submit_sign_in(browser, password=OTHER))
    assert is_signed_in(browser)


@pytest.mark.thorough
@pytest.mark.database
def test_a_cookie_does_not_work_after_the_account_was_disabled(
    disposable: Disposable, conventions: Conventions
) -> None:
    person = Person(disposable.service, MEMBER)
    browser = person.sign_in_browser()
    disposable.database.execute(conventions.disable_user_sql.format(email=person.email))
    assert not is_signed_in(browser)


def test_signing_in_is_rate_limited_with_an_error_page(person: Person) -> None:
    browser = Browser(person.client)
    for _ in range(MAX_ATTEMPTS):
        browser.client.headers["X-Forwarded-For"] = unique_ip_address()
        response = person.submit_sign_in(browser, password=OTHER)
        if response.status_code == 429:
            break
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) > 0
    check_page(parse_page(response))
    assert person.submit_sign_in(browser).status_code == 429


def test_cross_site_posts_of_account_forms_are_refused(
    person: Person, conventions: Conventions
) -> None:
    browser = person.sign_in_browser()
    evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    page = browser.page("/")
    change = page.link(CHANGE)
    (form,) = [form for form in page.forms if "out" in form.element.get("action")]
    sign_in = Browser(person.client).page("/").link(SIGN_IN)
    for path in (change, form.element.get("action"), sign_in):
        fields = {"email": person.email, "password": PASSWORD, "new_password": OTHER}
        response = browser.request("POST", path, data=fields, headers=evil)
        assert response.status_code == conventions.csrf_status, path
        assert "set-cookie" not in response.headers
    assert is_signed_in(browser)


def test_pages_for_a_signed_in_user_are_not_stored(person: Person) -> None:
    browser = person.sign_in_browser()
    for path in ("/", ITEMS, "/items/new", "/no/such/thing"):
        assert "no-store" in browser.request("GET", path).headers["cache-control"]
    page = browser.page("/")
    for address in page.assets():
        if urlsplit(address).scheme == "https":
            response = browser.request("GET", urlsplit(address).path)
            assert "no-store" not in response.headers.get("cache-control", "")
    assert "no-store" in person.submit_sign_in(browser).headers["cache-control"]


def test_users_see_only_their_items(service: Service, person: Person) -> None:
    other = Person(service)
    other.register_and_confirm()
    mine, theirs = person.sign_in_browser(), other.sign_in_browser()
    name = unique_name("Mine")
    listed = create(mine, name=name)
    path = listed.link(r"/items/[0-9a-f-]{36}/edit/?")
    assert is_listed(mine, name)
    assert not is_listed(theirs, name)
    for action in (path, path.replace("edit", "delete")):
        assert theirs.request("GET", action).status_code == 404
        page = mine.page(action)
        assert theirs.post(page, page.form(), price="9").status_code in {403, 404}
    create(theirs, name=name)
    assert is_listed(theirs, name)


def test_every_page_shows_who_is_signed_in(person: Person) -> None:
    browser = person.sign_in_browser()
    for path in ("/", ITEMS, "/items/new"):
        assert person.email in browser.page(path).text
    sign_out(browser)
    assert person.email not in browser.page("/").text


def test_signing_in_and_out_is_logged(person: Person, service: Service) -> None:
    person.client.headers["X-Request-ID"] = request_id = f"page-{secrets.token_hex(4)}"
    browser = Browser(person.client)
    person.submit_sign_in(browser, password=OTHER)
    browser.follow(person.submit_sign_in(browser))
    events = [entry["event"] for entry in log_entries(service, request_id, 6)]
    assert {"sign_in_failed", "signed_in"} <= set(events)
    output = service.output
    assert not [each for each in browser.cookies.values() if each in output]
