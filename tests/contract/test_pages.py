"""Pages: structure, forms without scripts, and forged or malformed requests."""

import re
from urllib.parse import urljoin, urlsplit

import httpx2
import pytest

from tests.contract.client import (
    ORIGIN,
    Browser,
    Client,
    Element,
    Form,
    Page,
    media_type,
    parse_page,
    unique_name,
)
from tests.contract.differences import Conventions
from tests.starters.harness import HOST, PROJECT_NAME, Service

pytestmark = pytest.mark.features("pages")

ITEMS = "/items/"
NEW = r"/items/new/?"
EDIT = r"/items/[0-9a-f-]{36}/edit/?"
DELETE = r"/items/[0-9a-f-]{36}/delete/?"
MISSING_ID = "00000000-0000-4000-8000-000000000000"


def item_form(page: Page) -> Form:
    return page.form("name", "description", "price")


def create(browser: Browser, **values: str) -> Page:
    """Create an item with the form, and return the page after the redirect."""
    page = browser.page(browser.page(ITEMS).link(NEW))
    fields = {"name": unique_name("Page"), "description": "", "price": "1.00"} | values
    return browser.follow(browser.post(page, item_form(page), **fields))


def all_pages(browser: Browser) -> list[Page]:
    """Return all pages of the list, by following its links."""
    pages = [browser.page(ITEMS)]
    for _ in range(500):
        following = [
            element.get("href")
            for element in pages[-1].all("a")
            if element.get("rel") == "next" or "next" in element.text.lower()
        ]
        if not following:
            return pages
        target = urlsplit(urljoin(pages[-1].url, following[0]))
        pages.append(browser.page(f"{target.path}?{target.query}"))
    message = "the list has no last page"
    raise AssertionError(message)


def find_list_page(browser: Browser, name: str) -> Page:
    """Return the page of the list that shows an item."""
    for page in all_pages(browser):
        if name in page.text:
            return page
    message = f"{name} is on no page of the list"
    raise AssertionError(message)


def count_levels(element: Element | None, text: str) -> int:
    """Count the levels up to the closest parent that contains the text."""
    steps = 0
    while element and text not in element.text:
        element, steps = element.parent, steps + 1
    return steps


def item_link(browser: Browser, name: str, pattern: str) -> str:
    """Return the link of an item."""
    return nearest_link(find_list_page(browser, name), name, pattern)


def nearest_link(page: Page, name: str, pattern: str) -> str:
    """Return the link that is nearest to a name."""
    links = [
        (count_levels(element, name), path)
        for element in page.all("a")
        if re.fullmatch(
            pattern, path := urlsplit(urljoin(page.url, element.get("href"))).path
        )
    ]
    return min(links)[1]


def is_listed(browser: Browser, name: str) -> bool:
    return any(name in page.text for page in all_pages(browser))


def check_page(page: Page) -> None:
    """Check the structure of a page or an error page."""
    assert re.match(r"(?i)<!doctype html>", page.source.lstrip())
    assert page.one("html").get("lang")
    assert page.one("title").text.strip()
    assert page.one("h1").text.strip()
    assert page.one("main")
    (viewport,) = [meta for meta in page.all("meta") if meta.get("name") == "viewport"]
    assert "width=device-width" in viewport.get("content")
    assert not re.search(
        r"user-scalable\s*=\s*no|maximum-scale", viewport.get("content")
    )
    skip = page.all("a")[0]
    assert skip.get("href").startswith("#")
    assert page.by_id(skip.get("href")[1:]).tag == "main"
    for element in page.elements:
        assert "style" not in element.attributes, element
        assert not [name for name in element.attributes if name.startswith("on")], (
            element
        )
        assert element.tag != "style"
        assert int(element.get("tabindex", "0")) <= 0
        assert element.tag != "img" or "alt" in element.attributes
    for script in page.all("script"):
        assert script.get("src")
    for address in [*page.links(), *page.assets()]:
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc) in {("https", HOST), ("data", "")}, address
    for link in page.all("a", "button"):
        assert link.text.strip() or link.get("aria-label"), link
    identifiers = [element.get("id") for element in page.elements if element.get("id")]
    assert len(identifiers) == len(set(identifiers))
    for form in page.forms:
        target = urlsplit(urljoin(page.url, form.element.get("action")))
        assert target.netloc == HOST
        for control in form.controls:
            if control.get("type") not in {"hidden", "submit", "button"}:
                labels = [
                    label
                    for label in page.all("label")
                    if label.get("for") == control.get("id")
                ]
                assert len(labels) == 1, control
                assert labels[0].text.strip()


def check_refused(
    response: httpx2.Response,
    conventions: Conventions,
    fields: dict[str, str],
    *bad: str,
) -> None:
    """Check that the form is shown again as filled in, with errors at its fields."""
    assert response.status_code == conventions.invalid_form_status, response.text
    page = parse_page(response)
    check_page(page)
    form = item_form(page)
    for name, value in fields.items():
        assert form.values[name] == value
        control = form.control(name)
        if name in bad:
            assert control.get("aria-invalid") == "true"
            texts = [
                page.by_id(identifier).text.strip()
                for identifier in control.get("aria-describedby").split()
            ]
            assert any(texts), control
        else:
            assert control.get("aria-invalid") != "true"


@pytest.mark.alone("pages")
def test_every_page_has_a_valid_structure(browser: Browser) -> None:
    name = unique_name("Order")
    create(browser, name=name)
    home = browser.page("/")
    assert home.link(ITEMS)
    for page in (
        home,
        browser.page(ITEMS),
        browser.page(browser.page(ITEMS).link(NEW)),
        browser.page(item_link(browser, name, EDIT)),
        browser.page(item_link(browser, name, DELETE)),
        browser.page("/no/such/thing", 404),
    ):
        check_page(page)
        assert PROJECT_NAME in f"{page.one('title').text} {page.text}"


@pytest.mark.alone("pages")
def test_no_page_has_a_broken_link(browser: Browser) -> None:
    create(browser)
    seen: set[str] = set()
    coming = ["/"]
    while coming and len(seen) < 40:
        path = coming.pop(0)
        if path not in seen:
            seen.add(path)
            response = browser.request("GET", path)
            if response.status_code in {302, 303}:
                coming.append(urlsplit(response.headers["location"]).path)
                continue
            assert response.status_code == 200, path
            page = parse_page(response)
            coming += [urlsplit(address).path for address in page.links()]
    assert {"/", ITEMS} <= seen


def test_static_files_are_local_and_cached(browser: Browser) -> None:
    page = browser.page("/")
    assert [address for address in page.assets() if ".css" in address]
    for address in page.assets():
        parts = urlsplit(address)
        if parts.scheme == "data":
            continue
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        response = browser.client.get(path)
        assert response.status_code == 200, address
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in response.headers
        control = response.headers.get("cache-control", "")
        assert not re.search(r"no-store|private", control)
        age = int((re.findall(r"max-age=(\d+)", control) or ["0"])[0])
        if age > 86_400:  # not requested again, so a changed file needs another URL
            name = parts.path.rpartition("/")[2]
            assert re.search(r"[.-][0-9a-f]{6,}|\d", f"{name}?{parts.query}")
        else:
            assert {"etag", "last-modified"} & set(response.headers)
            etag = response.headers.get("etag", '"none"')
            again = browser.client.get(path, headers={"If-None-Match": etag})
            assert again.status_code in {200, 304}
        if media_type(response) == "text/css":
            assert not re.search(r"@import|url\(\s*[\"']?(https?:)?//", response.text)
            check_links_of_css(browser.client, path, response.text)


def check_links_of_css(client: Client, path: str, text: str) -> None:
    for link in re.findall(r"url\(\s*[\"']?(?!data:)([^\"')]+)", text):
        if not link.startswith("#"):
            target = urlsplit(urljoin(ORIGIN + path, link))
            assert client.get(target.path).status_code == 200, link


def test_static_files_do_not_expose_other_files(
    client: Client, subtests: pytest.Subtests
) -> None:
    for path in (
        "/static/",
        "/static",
        "/static/none.css",
        "/static/../pyproject.toml",
        "/static/%2e%2e/pages/forms.py",
        "/static/..%5cforms.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/" + "a" * 1000,
    ):
        with subtests.test(path=path):
            assert client.get(path).status_code in {400, 404, 405}


@pytest.mark.database
@pytest.mark.alone("pages")
def test_an_item_is_created_changed_and_deleted_without_scripts(
    browser: Browser, conventions: Conventions
) -> None:
    page = browser.page(browser.page(browser.page("/").link(ITEMS)).link(NEW))
    name, renamed = unique_name("Born"), unique_name("Renamed")
    fields = {"name": f"  {name} ", "description": "One\r\ntwo", "price": "9.5"}
    response = browser.post(page, item_form(page), **fields)
    assert response.status_code == conventions.post_redirect_status
    browser.follow(response)
    listed = find_list_page(browser, name)
    assert "9.50" in listed.text

    page = browser.page(item_link(browser, name, EDIT))
    form = item_form(page)
    assert form.values["name"] == name
    assert form.values["price"] == "9.50"
    assert form.values["description"].split() == ["One", "two"]
    response = browser.post(page, form, name=renamed, price="0")
    assert response.status_code == conventions.post_redirect_status
    browser.follow(response)
    assert is_listed(browser, renamed)
    assert not is_listed(browser, name)

    path = item_link(browser, renamed, DELETE)
    page = browser.page(path)
    assert renamed in page.text
    assert browser.request("HEAD", path).status_code == 200
    assert is_listed(browser, renamed)
    response = browser.post(page, page.form())
    assert response.status_code == conventions.post_redirect_status
    browser.follow(response)
    assert not is_listed(browser, renamed)
    assert browser.request("GET", path).status_code == 404
    assert browser.post(page, page.form()).status_code == 404


def test_each_change_is_reported_once(browser: Browser) -> None:
    name = unique_name("Reported")
    assert name in create(browser, name=name).by_role("status").text
    assert not browser.page("/").has_role("status")
    for pattern in (EDIT, DELETE):
        page = browser.page(item_link(browser, name, pattern))
        after = browser.follow(browser.post(page, page.form()))
        assert after.by_role("status").text.strip()
        assert not browser.page("/").has_role("status")


@pytest.mark.database
def test_a_list_is_shown_in_pages(browser: Browser) -> None:
    names = [unique_name("Many") for _ in range(25)]
    form = browser.page(browser.page(ITEMS).link(NEW))
    for name in names:
        fields = {"name": name, "description": "", "price": "1.00"}
        browser.follow(browser.post(form, item_form(form), **fields))
    pages = all_pages(browser)
    assert len(pages) > 1
    for page in pages[:2]:
        check_page(page)
    text = " ".join(page.text for page in pages)
    for name in names:
        assert text.count(name) == 1 or re.search(
            rf"{name}\b.*(Edit|Delete) {name}", text
        )


def test_an_invalid_page_number_is_not_a_failure(
    browser: Browser, subtests: pytest.Subtests
) -> None:
    for page in (
        "0",
        "-1",
        "abc",
        "1e9",
        "99999999999999999999",
        "%00",
        "%ff",
    ):
        with subtests.test(page=page):
            for query in (f"page={page}", f"cursor={page}", f"after={page}"):
                response = browser.request("GET", f"{ITEMS}?{query}")
                assert response.status_code in {200, 400, 404, 422}
                check_page(parse_page(response))


@pytest.mark.database
def test_user_input_is_escaped(browser: Browser, subtests: pytest.Subtests) -> None:
    for name in (
        "<script>alert(1)</script>{}",
        "\"'><img src=x onerror=alert(1)>{}",
        "{{{{7*7}}}}{}",
        "&amp;{}",
    ):
        with subtests.test(name=name):
            written = name.format(unique_name(" n"))
            create(browser, name=written, description=written)
            listed = find_list_page(browser, written)
            check_page(listed)
            for pattern in (EDIT, DELETE):
                page = browser.page(nearest_link(listed, written, pattern))
                check_page(page)
                assert not [img for img in page.all("img") if img.get("src") == "x"]
                assert "alert(1)" not in "".join(
                    script.text for script in page.all("script")
                )


def test_an_invalid_form_shows_each_error_at_its_field(
    browser: Browser, conventions: Conventions, subtests: pytest.Subtests
) -> None:
    names = []
    for bad, value in (
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 101),
        ("name", "a\u0007b"),
        ("price", ""),
        ("price", "abc"),
        ("price", "-1"),
        ("price", "1.001"),
        ("price", "1000000.01"),
        ("price", "NaN"),
        ("price", "Infinity"),
        ("price", "1e400"),
        ("description", "x" * 1001),
    ):
        with subtests.test(bad=bad, value=value):
            names.append(unique_name("Refused"))
            fields = {
                "name": names[-1],
                "description": "kept as it was",
                "price": "2.50",
            } | {bad: value}
            page = browser.page(browser.page(ITEMS).link(NEW))
            response = browser.post(page, item_form(page), **fields)
            if bad == "name" and not value.strip():
                fields["name"] = item_form(parse_page(response)).values["name"].strip()
                assert fields["name"] == ""
                fields.pop("name")
                assert (
                    item_form(parse_page(response)).control("name").get("aria-invalid")
                    == "true"
                )
            if (
                "\u0007" in value
            ):  # browsers do not send it, so the page need not repeat it
                fields.pop("name")
            check_refused(response, conventions, fields, bad)
    text = " ".join(page.text for page in all_pages(browser))
    assert not [name for name in names if name in text]


def test_every_invalid_field_has_an_error(
    browser: Browser, conventions: Conventions
) -> None:
    fields = {"name": "x" * 101, "description": "x" * 1001, "price": "many"}
    page = browser.page(browser.page(ITEMS).link(NEW))
    response = browser.post(page, item_form(page), **fields)
    check_refused(response, conventions, fields, *fields)


@pytest.mark.database
@pytest.mark.alone("pages")
def test_a_taken_name_is_an_error_at_its_field(
    browser: Browser, conventions: Conventions
) -> None:
    name = unique_name("Taken \u00e9")
    create(browser, name=name)
    page = browser.page(browser.page(ITEMS).link(NEW))
    fields = {"name": name, "description": "kept", "price": "3.00"}
    check_refused(
        browser.post(page, item_form(page), **fields), conventions, fields, "name"
    )

    other = unique_name("Other")
    create(browser, name=other)
    page = browser.page(item_link(browser, other, EDIT))
    check_refused(
        browser.post(page, item_form(page), **fields), conventions, fields, "name"
    )
    assert is_listed(browser, other)


def test_missing_fields_are_errors(browser: Browser, conventions: Conventions) -> None:
    page = browser.page(browser.page(ITEMS).link(NEW))
    form = item_form(page)
    for name in ("name", "price", "description"):
        form.values.pop(name)
    response = browser.post(page, form)
    assert response.status_code == conventions.invalid_form_status
    assert item_form(parse_page(response)).control("name").get("aria-invalid") == "true"


@pytest.mark.database
def test_invalid_text_in_a_form_is_not_a_failure(
    browser: Browser, conventions: Conventions, subtests: pytest.Subtests
) -> None:
    for name in (
        "a%00b",
        "%00",
        "%ED%A0%80",
        "%FF%FE",
        "a%0Ab",
    ):
        with subtests.test(name=name):
            page = browser.page(browser.page(ITEMS).link(NEW))
            form = item_form(page)
            hidden = {
                key: value
                for key, value in form.values.items()
                if key not in {"name", "price"}
            }
            body = browser.client.build_request(
                "POST", "/", data=hidden | {"price": "1.00"}
            ).content
            number = unique_name("n").replace(" ", "+")
            response = browser.request(
                "POST",
                urlsplit(page.url).path,
                content=body + f"&name={name}{number}".encode(),
                headers={
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Origin": ORIGIN,
                    "Referer": page.url,
                    "Sec-Fetch-Site": "same-origin",
                },
            )
            allowed = {400, conventions.invalid_form_status}
            if name in {"%ED%A0%80", "%FF%FE"}:  # replaced with U+FFFD, which is valid
                allowed.add(conventions.post_redirect_status)
            assert response.status_code in allowed


FORGERIES = {
    "from another site": {
        "Origin": "https://evil.example",
        "Sec-Fetch-Site": "cross-site",
    },
    "from a sister site": {
        "Origin": f"https://sub.{HOST}",
        "Sec-Fetch-Site": "same-site",
    },
    "from nowhere": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    "by an old browser": {"Origin": "https://evil.example"},
    "by an odd browser": {"Sec-Fetch-Site": "cross-site"},
    "from a host name with the same beginning": {"Origin": f"{ORIGIN}.evil.example"},
    "from another port": {"Origin": f"{ORIGIN}:8443", "Sec-Fetch-Site": "same-site"},
}


@pytest.mark.alone("pages")
def test_a_cross_site_post_is_refused(
    browser: Browser, conventions: Conventions, subtests: pytest.Subtests
) -> None:
    mine, name = unique_name("Mine"), unique_name("Forged")
    create(browser, name=mine)
    fields = {"name": name, "description": "", "price": "1.00"}
    forms = {
        "/items/new": fields,
        item_link(browser, mine, EDIT): fields,
        item_link(browser, mine, DELETE): {},
    }
    for forgery, headers in FORGERIES.items():
        with subtests.test(forgery=forgery):
            for path, data in forms.items():
                # The victim's browser adds the cookies, but not the hidden fields.
                response = browser.request("POST", path, data=data, headers=headers)
                assert response.status_code == conventions.csrf_status, path
                check_page(parse_page(response))
    assert is_listed(browser, mine)
    assert not is_listed(browser, name)


def test_a_form_of_another_content_type_creates_nothing(browser: Browser) -> None:
    for content_type in ("application/json", "text/plain", "multipart/form-data", "x"):
        response = browser.request(
            "POST",
            "/items/new",
            content=b'{"name": "sent as json", "price": "1.00"}',
            headers={
                "Content-Type": content_type,
                "Origin": ORIGIN,
                "Referer": f"{ORIGIN}/",
            },
        )
        assert 400 <= response.status_code < 500 or response.status_code == 200
    assert not is_listed(browser, "sent as json")


def test_a_missing_item_gets_the_404_page(
    browser: Browser, subtests: pytest.Subtests
) -> None:
    for identifier in (
        MISSING_ID,
        "abc",
        "7",
        "%00",
        "%ED%A0%80",
    ):
        with subtests.test(identifier=identifier):
            for action in ("edit", "delete"):
                response = browser.request("GET", f"/items/{identifier}/{action}")
                assert response.status_code == 404
                check_page(parse_page(response))


@pytest.mark.alone("pages")
def test_error_pages_have_a_valid_structure(browser: Browser) -> None:
    for response, status in (
        (browser.request("GET", "/no/such/thing"), 404),
        (browser.request("TRACE", "/"), 405),
        (browser.request("GET", "/", headers={"Host": "evil.example"}), 400),
        (browser.request("POST", "/", content=b"0" * 2_000_000), 413),
    ):
        assert response.status_code == status
        check_page(parse_page(response))


@pytest.mark.alone("pages")
def test_the_page_for_500_has_a_valid_structure(failing_service: Service) -> None:
    with Client(failing_service) as client:
        response = client.get(ITEMS, headers={"Accept": "text/html"})
        assert response.status_code == 500
        check_page(parse_page(response))


@pytest.mark.alone("pages")
def test_cookies_are_for_this_site_only(browser: Browser) -> None:
    for path in ("/", ITEMS, "/items/new"):
        response = browser.client.get(path, headers={"Accept": "text/html"})
        for cookie in response.headers.get_list("set-cookie"):
            attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert "secure" in attributes
            assert attributes & {"samesite=lax", "samesite=strict"}
            assert not [each for each in attributes if each.startswith("domain")]


def test_head_works_for_pages(browser: Browser) -> None:
    for path in ("/", ITEMS, "/items/new"):
        response = browser.request("HEAD", path)
        assert response.status_code == 200
        assert response.content == b""


def test_paths_with_other_slashes_are_not_failures(browser: Browser) -> None:
    for path in ("/items", "/items/new/", "/items/?", "//items/"):
        response = browser.request("GET", path)
        assert response.status_code in {200, 301, 302, 307, 308, 404}
        target = urlsplit(urljoin(ORIGIN, response.headers.get("location", "/")))
        assert target.netloc == HOST


@pytest.mark.database
@pytest.mark.features("api")
def test_pages_and_api_show_the_same_items(browser: Browser, client: Client) -> None:
    item = client.create(name=unique_name("Shared \u00e9"), price="7.00")
    page = browser.page(item_link(browser, item["name"], EDIT))
    assert item_form(page).values["price"] == "7.00"
    name = unique_name("Changed")
    browser.follow(browser.post(page, item_form(page), name=name))
    assert client.get(f"/api/v1/items/{item['id']}").json()["name"] == name
