"""HTTP clients for tests: a client, a browser without scripts, and raw sockets."""

import contextlib
import http.client
import itertools
import json
import math
import re
import secrets
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import EmailMessage
from html.parser import HTMLParser
from http.cookiejar import DefaultCookiePolicy
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx2

from tests.starters.databases import Database
from tests.starters.harness import HOST, Project, Service, running_service
from tests.starters.mail_server import mail_server

ORIGIN = f"https://{HOST}"
JSON = "application/json"
PROBLEM = "application/problem+json"
ITEMS = "/api/v1/items"
UPLOADS = "/api/v1/uploads"
AUTH = "/api/v1/auth"
PASSWORD = "kettle at four o'clock"  # noqa: S105
MEMBER, OTHER_MEMBER = "ada@example.org", "bob@example.org"
# More than twice the limit: a busy machine may skip Redis for a moment, and then
# attempts are counted in Redis and in the process.
MAX_ATTEMPTS = 50
TOKEN_SECONDS = 600  # less than the lifetime of an access token
# No TLS is used here, and reading certificates takes longer than most requests.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
MEBIBYTE = 1_048_576

_numbers = itertools.count(1)


def unique_name(prefix: str = "Item") -> str:
    """Return a name that no other test of this run uses."""
    return f"{prefix} {next(_numbers):06d}"


def unique_email() -> str:
    """Return an email address that no other test of this run uses."""
    return f"user{next(_numbers)}-{secrets.token_hex(4)}@example.org"


def unique_ip_address() -> str:
    """Return an IP address that no other client of this run has."""
    number = next(_numbers)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class Client(httpx2.Client):
    """An HTTP client that acts as a trusted proxy, which received HTTPS requests."""

    def __init__(
        self, service: Service, *, anonymous: bool = False, **headers: str
    ) -> None:
        """Send the credentials of a user if the project has accounts.

        An anonymous client sends none, and has a separate IP address.
        """
        defaults = {"Host": HOST, "X-Forwarded-Proto": "https", "Accept": "*/*"}
        if anonymous:  # such clients are not closed, so they keep no connection
            defaults |= {"X-Forwarded-For": unique_ip_address(), "Connection": "close"}
        else:
            defaults |= credentials(service)
        super().__init__(
            base_url=f"http://127.0.0.1:{service.port}",
            headers=defaults | headers,
            timeout=15,
            trust_env=False,
            verify=NO_CERTIFICATES,
            follow_redirects=False,
        )
        # A cookie jar would neither send Secure cookies over HTTP nor accept our host.
        self.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.service = service

    def create(self, **values: object) -> dict[str, Any]:
        """Create an item through the API and return it."""
        body: dict[str, object] = {
            "name": unique_name(),
            "description": "",
            "price": "1.00",
        }
        body |= values
        response = self.post(ITEMS, json=body)
        assert response.status_code == 201, response.text
        item: dict[str, Any] = response.json()
        return item

    def post_json(self, body: str | bytes, path: str = ITEMS) -> httpx2.Response:
        """Post these bytes as JSON, without encoding them."""
        content = body.encode() if isinstance(body, str) else body
        return self.post(path, content=content, headers={"Content-Type": JSON})

    def item_names(self) -> list[str]:
        """Return the names of all items, page by page."""
        return [item["name"] for item in self.list_all()]

    def list_all(
        self, limit: int = 100, between_pages: Callable[[], object] | None = None
    ) -> list[Any]:
        """Return the items of all pages. `between_pages` runs between two pages."""
        items: list[Any] = []
        query: dict[str, Any] = {"limit": limit}
        for _ in range(1000):
            response = self.get(ITEMS, params=query)
            assert response.status_code == 200, response.text
            page = response.json()
            assert len(page["items"]) <= limit
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            query["cursor"] = page["next_cursor"]
            if between_pages:
                between_pages()
        message = "next_cursor is never null"
        raise AssertionError(message)


Call = Callable[[Client], httpx2.Response]


def call_concurrently(service: Service, calls: list[Call]) -> list[int]:
    """Send these requests simultaneously, and return the sorted statuses.

    Each has a separate connection.
    """
    barrier = threading.Barrier(len(calls))

    def make(call: Call) -> int:
        with Client(service) as client:
            client.get("/healthz")
            barrier.wait(15)
            return call(client).status_code

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(make, calls))


def check_problem(response: httpx2.Response, status: int) -> dict[str, Any]:
    """Check that the answer is a problem document with this status, and return it."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    assert media_type(response) == PROBLEM, response.headers.get("content-type")
    if response.request.method == "HEAD":
        assert response.content == b""
        return {}
    document: dict[str, Any] = response.json()
    assert document["status"] == status
    assert isinstance(document["title"], str)
    assert document["title"]
    assert isinstance(document["detail"], str)
    assert document["detail"]
    return document


def media_type(response: httpx2.Response) -> str:
    """Return the content type without its parameters."""
    kind: str = response.headers.get("content-type", "")
    return kind.partition(";")[0].strip().lower()


# Raw sockets: for requests that an ordinary client does not send.


@dataclass
class RawResponse:
    """A response as it was received; status 0 if the server closed without one."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0
    sent: int = 0

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")


def request_head(method: str, target: str, **headers: str | None) -> bytes:
    """Return the request line and headers; a header that is None is left out."""
    fields: dict[str, str | None] = {"Host": HOST, "X-Forwarded-Proto": "https"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""]).encode(
        "latin-1"
    )


class RawConnection:
    """A TCP connection to the service."""

    def __init__(self, service: Service, seconds: float = 15) -> None:
        self.service = service
        self.started_sending = False
        self.socket = socket.create_connection(
            ("127.0.0.1", service.port), timeout=seconds
        )
        self.started = time.monotonic()
        self.sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> bool:
        """Send data, with credentials the first time. Return False if it was closed."""
        line, end, rest = data.partition(b"\r\n")
        if not self.started_sending and line.endswith(b" HTTP/1.1"):
            fields = credentials(self.service)
            known = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
            data = line + end + known.encode() + rest
        self.started_sending = True
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionError):
            return False
        self.sent += len(data)
        return True

    def has_answer(self, seconds: float = 0) -> bool:
        """Return whether the server sends data or closes within these seconds."""
        return bool(select.select([self.socket], [], [], seconds)[0])

    def await_continue(self, seconds: float = 5) -> None:
        """Read "100 Continue": the server has begun to read the body."""
        if self.has_answer(seconds):
            seen = b""
            while not seen.endswith(b"\r\n\r\n"):
                byte = self.socket.recv(1)
                assert byte, f"closed after {seen!r}"
                seen += byte
            assert b" 100 " in seen.split(b"\r\n")[0], seen

    def finish_sending(self) -> None:
        """Close the sending side, unless the server has closed the connection."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def read(self, method: str = "GET") -> RawResponse:
        """Read one response."""
        answer = http.client.HTTPResponse(self.socket, method=method)
        try:
            answer.begin()
            body = answer.read()
        except http.client.IncompleteRead as cut:
            return self._answer(answer, cut.partial)
        except (http.client.HTTPException, ConnectionError):
            return RawResponse(seconds=time.monotonic() - self.started, sent=self.sent)
        return self._answer(answer, body)

    def _answer(self, answer: http.client.HTTPResponse, body: bytes) -> RawResponse:
        headers = {name.lower(): value for name, value in answer.getheaders()}
        seconds = time.monotonic() - self.started
        return RawResponse(answer.status, headers, body, seconds, self.sent)


def send_raw(service: Service, data: bytes) -> RawResponse:
    """Send these bytes on a new connection and read the response."""
    with RawConnection(service) as connection:
        connection.send(data)
        return connection.read(data.split(b" ", 1)[0].decode("latin-1"))


def send_chunked(
    service: Service,
    target: str,
    pieces: Iterable[bytes],
    **headers: str | None,
) -> RawResponse:
    """Post a chunked body, and stop as soon as the server answers."""
    with RawConnection(service) as connection:
        connection.send(
            request_head("POST", target, Transfer_Encoding="chunked", **headers)
        )
        for piece in pieces:
            if connection.has_answer(0.002):
                break
            if not connection.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n"):
                break
        else:
            connection.send(b"0\r\n\r\n")
        return connection.read("POST")


# Pages, as a browser without scripts shows them.


@dataclass
class Element:
    """A start tag with its attributes, and the text inside it."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    text: str = ""

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def is_in(self, tag: str) -> bool:
        return self.tag == tag or (self.parent is not None and self.parent.is_in(tag))


@dataclass
class Form:
    """A form with the names and values that a browser would send."""

    element: Element
    values: dict[str, str] = field(default_factory=dict)
    controls: list[Element] = field(default_factory=list)

    def control(self, name: str) -> Element:
        return next(control for control in self.controls if control.get("name") == name)


_VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
}


class Page(HTMLParser):
    """A parsed HTML page."""

    def __init__(self, url: str, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.url = url
        self.source = text
        self.elements: list[Element] = []
        self.forms: list[Form] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()
        for form in self.forms:
            for control in form.controls:
                if control.tag == "textarea" and control.get("name"):
                    form.values[control.get("name")] = control.text.replace(
                        "\r\n", "\n"
                    ).removeprefix("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self._open[-1] if self._open else None
        element = Element(tag, {name: value or "" for name, value in attrs}, parent)
        self.elements.append(element)
        if tag == "form":
            self.forms.append(Form(element))
        elif self.forms and tag in {"input", "textarea", "select"}:
            form = self.forms[-1]
            form.controls.append(element)
            if tag == "input" and element.get("name"):
                form.values[element.get("name")] = element.get("value")
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index].tag == tag:
                del self._open[index:]
                return

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def one(self, tag: str) -> Element:
        found = self.all(tag)
        assert len(found) == 1, f"{len(found)} of <{tag}> at {self.url}"
        return found[0]

    def by_id(self, identifier: str) -> Element:
        found = [
            element for element in self.elements if element.get("id") == identifier
        ]
        assert len(found) == 1, (
            f"{len(found)} elements with id {identifier!r} at {self.url}"
        )
        return found[0]

    def has_role(self, role: str) -> bool:
        return any(element.get("role") == role for element in self.elements)

    def by_role(self, role: str) -> Element:
        found = [element for element in self.elements if element.get("role") == role]
        assert len(found) == 1, f"{len(found)} elements of role {role} at {self.url}"
        return found[0]

    @property
    def text(self) -> str:
        return " ".join(self.one("body").text.split())

    def links(self) -> list[str]:
        """Return the links of the page as absolute URLs."""
        return [
            urljoin(self.url, a.get("href"))
            for a in self.all("a")
            if "href" in a.attributes
        ]

    def assets(self) -> list[str]:
        """Return what a browser loads with the page, as absolute URLs."""
        attributes = ("src", "data", "poster")
        found = [
            element.get(name)
            for element in self.elements
            for name in attributes
            if name in element.attributes and element.tag not in {"form", "data"}
        ]
        found += [
            link.get("href")
            for link in self.all("link")
            if link.get("rel") not in {"alternate", "canonical"}
        ]
        return [urljoin(self.url, address) for address in found]

    def link(self, path_pattern: str) -> str:
        """Return the first link whose path matches, as a path with its query."""
        for address in self.links():
            parts = urlsplit(address)
            if re.fullmatch(path_pattern, parts.path):
                return f"{parts.path}?{parts.query}" if parts.query else parts.path
        message = f"no link like {path_pattern} at {self.url}: {self.links()}"
        raise AssertionError(message)

    def form(self, *names: str) -> Form:
        """Return the only form in <main> that posts and has these fields."""
        found = [
            form
            for form in self.forms
            if form.element.get("method").lower() == "post"
            and form.element.is_in("main")
            and set(names) <= {control.get("name") for control in form.controls}
        ]
        assert len(found) == 1, f"{len(found)} such forms at {self.url}"
        return found[0]


class Browser:
    """A browser without scripts: it keeps cookies and posts forms."""

    def __init__(self, client: Client) -> None:
        self.client = client
        known = SimpleCookie(client.headers.get("cookie", ""))
        self.cookies = {name: morsel.coded_value for name, morsel in known.items()}

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx2.Response:
        sent = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        if self.cookies or "cookie" in self.client.headers:
            pairs = [f"{name}={value}" for name, value in self.cookies.items()]
            sent["Cookie"] = "; ".join(pairs)
        response = self.client.request(
            method, path, headers=sent | dict(headers or {}), data=data, content=content
        )
        for line in response.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.coded_value
        return response

    def page(self, path: str, status: int = 200) -> Page:
        """Get a page."""
        response = self.request("GET", path)
        assert response.status_code == status, f"{path}: {response.status_code}"
        return parse_page(response)

    def post(self, page: Page, form: Form, **values: str) -> httpx2.Response:
        """Post a form with these fields filled in."""
        target = urlsplit(urljoin(page.url, form.element.get("action")))
        headers = {
            "Origin": ORIGIN,
            "Referer": page.url,
            "Sec-Fetch-Site": "same-origin",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        }
        path = f"{target.path}?{target.query}" if target.query else target.path
        return self.request("POST", path, data=form.values | values, headers=headers)

    def follow(self, response: httpx2.Response) -> Page:
        """Follow the redirect after a post."""
        assert response.status_code in {302, 303}, (
            f"{response.status_code}: {response.text}"
        )
        target = urlsplit(urljoin(str(response.url), response.headers["location"]))
        assert target.hostname in {HOST, "127.0.0.1"}
        return self.page(
            f"{target.path}?{target.query}" if target.query else target.path
        )


def parse_page(response: httpx2.Response) -> Page:
    """Parse an HTML response."""
    assert media_type(response) == "text/html", response.headers.get("content-type")
    return Page(ORIGIN + response.url.raw_path.decode("ascii"), response.text)


# Accounts.

_databases_with_members: dict[Path, Database] = {}


def database_with_members(project: Project) -> Database:
    """Return a new database in which both members have confirmed accounts.

    A test that signs in as one of them needs no worker to send an email. If the project
    has no accounts, the database is empty.
    """
    if "accounts" not in project.starter.features:
        return project.new_database()
    if project.directory not in _databases_with_members:
        database = project.new_database()
        with running_service(project, database.url) as service:
            for email in (MEMBER, OTHER_MEMBER):
                Person(service, email).register_and_confirm()
        _databases_with_members[project.directory] = database
    return _databases_with_members[project.directory].clone()


def credentials(service: Service) -> dict[str, str]:
    """Return the headers of MEMBER, signed in, or none if there are no accounts.

    The service must use a database that `database_with_members` created. Without a
    trusted proxy every request is redirected to HTTPS, also signing in.
    """
    features = service.project.starter.features
    if "accounts" not in features or not service.settings["TRUSTED_PROXIES"]:
        return {}
    if time.monotonic() - service.signed_in > TOKEN_SECONDS:
        person = Person(service, MEMBER)
        service.credentials = {}
        if "api" in features:
            access_token = person.sign_in()["access_token"]
            service.credentials["Authorization"] = f"Bearer {access_token}"
        if "pages" in features:
            pairs = person.sign_in_browser().cookies.items()
            cookie = "; ".join(f"{name}={value}" for name, value in pairs)
            service.credentials["Cookie"] = cookie
        service.signed_in = time.monotonic()
    return service.credentials


class Person:
    """A user with an email inbox, who may have an account."""

    def __init__(self, service: Service, email: str = "") -> None:
        self.service = service
        self.email = email or unique_email()
        self.password = PASSWORD
        self.client = Client(service, anonymous=True)
        self.features = service.project.starter.features
        self.email_count = mail_server().count(self.email)

    def post_auth(
        self, path: str, bearer: str | None = None, **body: object
    ) -> httpx2.Response:
        """Post to a path below /api/v1/auth."""
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        return self.client.post(f"{AUTH}/{path}", json=body, headers=headers)

    def wait_for_email(self) -> EmailMessage:
        """Wait for the next email and return it."""
        self.email_count += 1
        return mail_server().last(self.email, self.email_count)

    def register_and_confirm(self) -> None:
        """Register, and confirm the email address."""
        if "api" in self.features:
            answer = self.post_auth(
                "register", email=self.email, password=self.password
            )
            assert answer.status_code == 202, answer.text
            answer = self.post_auth(
                "confirm", token=extract_token(self.wait_for_email())
            )
            assert answer.status_code == 204, answer.text
        else:
            browser = Browser(self.client)
            page = browser.page(browser.page("/").link(r".*/(register|signup)/?"))
            fields = {"email": self.email, "password": self.password}
            browser.follow(browser.post(page, page.form(*fields), **fields))
            page = browser.page(extract_link(self.wait_for_email()))
            browser.follow(browser.post(page, page.form("token")))

    def request_tokens(self, password: str | None = None) -> httpx2.Response:
        """Request tokens and return the response."""
        password = self.password if password is None else password
        form = {"username": self.email, "password": password}
        return self.client.post(f"{AUTH}/token", data=form)

    def sign_in(self) -> dict[str, Any]:
        """Return an access token and a refresh token."""
        answer = self.request_tokens()
        assert answer.status_code == 200, answer.text
        pair: dict[str, Any] = answer.json()
        return pair

    def sign_in_client(self) -> Client:
        """Return a client that sends an access token."""
        token = self.sign_in()["access_token"]
        address = self.client.headers["X-Forwarded-For"]
        headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": address}
        return Client(self.service, anonymous=True, **headers)

    def sign_in_browser(self) -> Browser:
        """Return a browser that is signed in."""
        browser = Browser(Client(self.service, anonymous=True))
        response = self.submit_sign_in(browser)
        assert response.status_code in {302, 303}, response.text
        return browser

    def submit_sign_in(
        self, browser: Browser, query: str = "", **fields: str
    ) -> httpx2.Response:
        """Submit the sign-in form; `fields` replace its values."""
        home = Browser(Client(self.service, anonymous=True)).page("/")
        path = home.link(r".*/(sign-in|login)/?")
        page = browser.page(path + query)
        filled = {"email": self.email, "password": self.password} | fields
        return browser.post(page, page.form("email", "password"), **filled)


def take_equally_long(*calls: Callable[[], httpx2.Response]) -> bool:
    """Tell whether requests take equally long, although the machine is busy.

    They are repeated, from a new address each time: a delay by chance does not occur
    every time, so it goes away, and a difference in what the service does stays. Rate
    limits allow 20 requests for one email address.
    """
    seconds = [math.inf] * len(calls)
    for repetition in range(1, 19):
        for number, call in enumerate(calls):
            response = call()
            assert response.status_code != 429
            seconds[number] = min(seconds[number], response.elapsed.total_seconds())
        if repetition >= 5 and max(seconds) < min(seconds) * 1.5 + 0.01:
            return True
    return False


def plain_text(mail: EmailMessage) -> str:
    """Return the plain text of an email."""
    body = mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def extract_token(mail: EmailMessage) -> str:
    """Return the token of an email: it is in the link, or on a separate line."""
    text = plain_text(mail)
    found = re.search(r"[?&]token=([\w.~-]+)|^([\w.~-]{24,})\s*$", text, re.MULTILINE)
    assert found, text
    return found[1] or found[2]


def extract_link(mail: EmailMessage) -> str:
    """Return the path and query of the link in an email."""
    text = plain_text(mail)
    found = re.search(r"https?://\S+", text)
    assert found, text
    target = urlsplit(found[0])
    assert (target.scheme, target.netloc) == ("https", HOST)
    return f"{target.path}?{target.query}"


# Log lines.


def json_lines(service: Service) -> list[dict[str, Any]]:
    """Return all log lines of the server; each must be a JSON object."""
    lines = [_entry(line) for line in _whole_lines(service)]
    assert all(lines), [line for line in _whole_lines(service) if not _entry(line)]
    return lines


def _whole_lines(service: Service) -> list[str]:
    lines = service.output.splitlines(keepends=True)
    return [line for line in lines if line.endswith("\n")]


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        entry = None
    return entry if isinstance(entry, dict) else {}


def log_entries(
    service: Service, request_id: str, count: int = 1
) -> list[dict[str, Any]]:
    """Wait for the log lines of a request and return them."""
    end = time.monotonic() + 5
    while True:
        entries = [_entry(line) for line in _whole_lines(service)]
        found = [entry for entry in entries if entry.get("request_id") == request_id]
        if len(found) >= count:
            return found
        if time.monotonic() > end:
            message = (
                f"{len(found)} lines of {request_id} in:\n{service.output[-3000:]}"
            )
            raise AssertionError(message)
        time.sleep(0.02)
