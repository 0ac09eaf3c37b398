"""Hostile values in every input of every route are no reason to fail.

The routes of the API come from its OpenAPI document, those of pages and of the admin
from links and forms. Each input gets what has broken services before and the longest
text, and a part of the other values: inputs that share code get different parts.
"""

import contextlib
import itertools
import json
import re
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from tests.contract import hostile
from tests.contract.client import (
    ITEMS,
    JSON,
    MEBIBYTE,
    ORIGIN,
    PASSWORD,
    UPLOADS,
    Browser,
    Client,
    Form,
    Page,
    Person,
    database_with_members,
    extract_link,
    unique_email,
    unique_ip_address,
    unique_name,
)
from tests.contract.differences import Conventions
from tests.contract.routes import IDENTIFIER, PARAMETER, crawl, operations
from tests.contract.test_social import create_profile, join
from tests.starters.harness import HOST, Project, Service, run, running_service
from tests.starters.redis import redis_server

ANALYTICS = "/analytics/"
HEAD_BUDGET = 60_000  # servers accept 64 KiB of headers and as much of a URL
BODY_BUDGET = MEBIBYTE - 5000
SOCKET_BUDGET = 8000
BODY_SHARES = 5
VALID = "valid"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
PDF = b"%PDF-1.7\n"
QUERY_NAMES = ("page", "next", "token", "search", "sortBy", "sort", "pageSize", "pks")
SHORT_HEADERS = ("Host", "Content-Length", "Transfer-Encoding", "Upgrade")
HEADERS = (
    *SHORT_HEADERS,
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "Cookie",
    "If-Modified-Since",
    "If-None-Match",
    "Last-Event-ID",
    "Origin",
    "Range",
    "Referer",
    "Sec-Fetch-Site",
    "User-Agent",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Request-ID",
)
CONTENT_TYPES = (
    "",
    "application/json; charset=utf-16",
    "application/json; charset=\xff",
    "application/json; charset=rot13",
    "application/x-www-form-urlencoded; charset=nope",
    "application/x-www-form-urlencoded; charset=utf-7",
    "multipart/form-data",
    'multipart/form-data; boundary="',
    "multipart/form-data; boundary=\xff",
    f"multipart/form-data; boundary={'b' * 5000}",
    "multipart/form-data; charset=idna; boundary=b",
    "multipart/mixed; boundary=b",
    "text/plain; charset=",
    "*/*",
    ";;;",
)
# What fields of forms have, unless they are hostile.
EXAMPLES = {"email": "somebody@example.org", "password": PASSWORD}
FORMS = (
    b"",
    b"%",
    b"name=%ff%fe&username=%ff",
    b"name=\xff\xfe&username=\xff&token=\xff",
    b"name=%00&username=%00&email=%00&password=%00",
    b"&" * BODY_BUDGET,
    b"a=1&" * (BODY_BUDGET // 4),
    b"a" * BODY_BUDGET,
    b"=" * BODY_BUDGET,
    b"".join(b"a%d=&" % number for number in range(BODY_BUDGET // 9)),
)


def part(name: bytes, content: bytes, *, more: bytes = b"") -> bytes:
    disposition = b'Content-Disposition: form-data; name="' + name + b'"'
    return b"--b\r\n" + disposition + more + b"\r\n\r\n" + content + b"\r\n"


PARTS = (
    b"",
    b"--b--\r\n",
    b"--b\r\n",
    b"--b\r\n\r\nno header\r\n--b--\r\n",
    b"--b\r\nContent-Disposition: attachment\r\n\r\na\r\n--b--\r\n",
    b"--b\r\nContent-Disposition: form-data; name*=utf-8''%ff\r\n\r\na\r\n--b--\r\n",
    b"--b\r\n" + b"X-A: b\r\n" * (BODY_BUDGET // 8) + b"\r\na\r\n--b--\r\n",
    b"--b\r\nX-A: " + b"a" * BODY_BUDGET + b"\r\n\r\na\r\n--b--\r\n",
    part(b"\xff", b"\xff") + b"--b--\r\n",
    part(b"file", b"text, not a file") + b"--b--\r\n",
    part(b"file", PDF, more=b'; filename="a.pdf"'),
    part(b"file", b"", more=b'; filename=""') + b"--b--\r\n",
    part(b"file", PDF, more=b'; filename="a.pdf"\r\nContent-Type: \xff; charset=\xff')
    + b"--b--\r\n",
    part(b"file", PDF, more=b'; filename="a.pdf"\r\nContent-Transfer-Encoding: base64')
    + b"--b--\r\n",
    part(b"file", PDF, more=b'; filename="a.pdf"') * 2 + b"--b--\r\n",
    part(b"a", b"") * (BODY_BUDGET // 60) + b"--b--\r\n",
    part(b"a", b"", more=b'; filename="a"') * (BODY_BUDGET // 80) + b"--b--\r\n",
)
FILES = (
    PDF,
    b"GIF89a\xff\xff\xff\xff\xff\xff\xff",
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x89PNG\r\n\x1a\n\x7f\xff\xff\xffiTXt",
    b"\xff\xd8\xff\xe1\xff\xffExif\0\0MM\0*\xff\xff\xff\xff",
    b"%PDF-1.7\n" + b"[" * (BODY_BUDGET - 1000),
    b"\0" * (BODY_BUDGET - 1000),
)


@dataclass(frozen=True)
class Request:
    """A request to a route, with a hostile value in one of its inputs."""

    route: str
    input: str
    value: str | bytes
    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __str__(self) -> str:
        value = ascii(self.value)
        if len(value) > 80:
            value = f"{value[:60]}... ({len(self.value)} long)"
        return f"{self.route}: {self.input} = {value}"

    def encode(self) -> bytes:
        fields = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": unique_ip_address(),
            "Connection": "close",
            "Content-Length": str(len(self.body)),
        }
        fields |= self.headers
        lines = [f"{name}: {value}" for name, value in fields.items()]
        head = "\r\n".join([f"{self.method} {self.target} HTTP/1.1", *lines, "", ""])
        return head.encode("utf-8", "surrogatepass") + self.body


@dataclass(frozen=True)
class Route:
    """A method and a path with valid identifiers, and what valid requests send."""

    method: str
    path: str
    headers: Mapping[str, str]
    template: str = ""  # the path as messages show it

    def request(
        self,
        input: str,  # noqa: A002 - what it is
        value: str | bytes,
        *,
        path: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Request:
        return Request(
            f"{self.method} {self.template or self.path}",
            input,
            value,
            self.method,
            path or self.path,
            {**self.headers, **(headers or {})},
            body,
        )


def send(service: Service, request: Request) -> tuple[int, bytes]:
    """Return the status, or 0 if there is none, and the start of the answer."""
    data, received, status = request.encode(), b"", 0
    address = ("127.0.0.1", service.port)
    with socket.create_connection(address, timeout=30) as connection:
        try:
            connection.sendall(data)
        except ConnectionError:  # refused before its end; the answer can get lost
            status = 413
        with contextlib.suppress(ConnectionError):
            while b"\r\n\r\n" not in received and (more := connection.recv(4096)):
                received += more
    found = re.match(rb"HTTP/1\.\d (\d+)", received)
    return int(found[1]) if found else status, received


def failure(service: Service, request: Request) -> str:
    """Send a request; return what is wrong with the answer, or nothing."""
    try:
        status, received = send(service, request)
        if status == 429 and service.project.needs_redis:
            # The code behind the rate limit has not seen the value yet.
            redis_server().flush(service.settings["REDIS_URL"])
            status, received = send(service, request)
    except TimeoutError:
        return f"{request} was not answered"
    if 0 < status < 500:
        return ""
    return f"{request} was answered with {received[:300]!r}"


# The API, as its OpenAPI document describes it.


def resolve(document: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Follow references and take the first alternative."""
    while "$ref" in schema or "anyOf" in schema or "allOf" in schema:
        if "$ref" in schema:
            names = schema["$ref"].removeprefix("#/").split("/")
            found: Any = document
            for name in names:
                found = found[name]
            schema = found
        else:
            schema = (schema.get("anyOf") or schema["allOf"])[0]
    return dict(schema)


def properties(
    document: Mapping[str, Any], schema: Mapping[str, Any]
) -> dict[str, object]:
    """Return a valid value for each property, as far as examples say."""
    values: dict[str, object] = {}
    for name, described in resolve(document, schema).get("properties", {}).items():
        own = dict(described) | resolve(document, described)
        values[name] = (own.get("examples") or [own.get("default", "password")])[0]
    return values


def query_names(operation: Mapping[str, Any]) -> list[str]:
    parameters = operation.get("parameters", ())
    return [each["name"] for each in parameters if each["in"] == "query"]


def path_requests(route: Route, turns: Iterator[int]) -> Iterator[Request]:
    """Yield requests with hostile identifiers in the path."""
    before, *after = IDENTIFIER.split(route.path)
    if after:
        for value in hostile.texts(HEAD_BUDGET // 3, next(turns)):
            path = hostile.escape(value).join([before, *after])
            yield route.request("path", value, path=path)


def query_requests(
    route: Route, names: Iterable[str], turns: Iterator[int]
) -> Iterator[Request]:
    for name in names:
        for value in hostile.texts(HEAD_BUDGET // 3, next(turns)):
            query = f"{route.path}?{name}={hostile.escape(value)}"
            yield route.request(f"query {name}", value, path=query)


def body_requests(route: Route, turns: Iterator[int]) -> Iterator[Request]:
    """Yield bodies that are hostile as a whole, in every type.

    Routes share what reads bodies: each gets some of them, in turn.
    """
    bodies = [
        *((JSON, body) for body in hostile.json_documents(BODY_BUDGET)),
        *((URLENCODED, body) for body in FORMS),
        *((MULTIPART, body) for body in PARTS),
        *((type_, b'{"a": "\xff"}') for type_ in CONTENT_TYPES),
        *((type_, part(b"a", b"\xff") + b"--b--\r\n") for type_ in CONTENT_TYPES),
    ]
    for type_, body in bodies[next(turns) % BODY_SHARES :: BODY_SHARES]:
        name, headers = f"body ({type_[:60]!a})", {"Content-Type": type_}
        yield route.request(name, body, headers=headers, body=body)


def json_requests(
    route: Route, fields: Mapping[str, object], turns: Iterator[int]
) -> Iterator[Request]:
    headers = {"Content-Type": JSON}
    valid = json.dumps(with_free_name(fields)).encode()
    yield route.request(VALID, valid, headers=headers, body=valid)
    for name in fields:
        for value in hostile.json_values(BODY_BUDGET, next(turns)):
            rest = with_free_name(fields)
            del rest[name]
            before = json.dumps(rest)[:-1] + (", " if rest else "")
            body = f'{before}"{name}": '.encode() + value + b"}"
            yield route.request(f"{name} in JSON", value, headers=headers, body=body)


def with_free_name(fields: Mapping[str, object]) -> dict[str, object]:
    """Return the fields with a name that is not taken, so that a row can be written."""
    return {**fields, **({"name": unique_name()} if "name" in fields else {})}


def encode_form(fields: Mapping[str, object]) -> bytes:
    pairs = (
        f"{hostile.escape(name)}={hostile.escape(str(value))}"
        for name, value in fields.items()
    )
    return "&".join(pairs).encode()


def form_requests(
    route: Route, fields: Mapping[str, object], turns: Iterator[int]
) -> Iterator[Request]:
    headers = {"Content-Type": URLENCODED}
    valid = encode_form(with_free_name(fields))
    yield route.request(VALID, valid, headers=headers, body=valid)
    for name in fields:
        for value in hostile.texts(BODY_BUDGET // 3 - 1000, next(turns)):
            body = encode_form({**with_free_name(fields), name: value})
            yield route.request(f"field {name}", value, headers=headers, body=body)


def upload_requests(
    route: Route, fields: Mapping[str, object], file: str
) -> Iterator[Request]:
    other = b"".join(
        part(name.encode(), str(value).encode()) for name, value in fields.items()
    )
    names = [
        text.encode("utf-8", "surrogatepass") for text in hostile.texts(HEAD_BUDGET)
    ]
    contents = [(VALID, PDF, b"a.pdf", PDF)]
    contents += [(f"name of {file}", name, name, PDF) for name in names]
    contents += [(f"file {file}", content, b"a.pdf", content) for content in FILES]
    headers = {"Content-Type": MULTIPART}
    for kind, value, name, content in contents:
        more = b'; filename="' + name + b'"'
        body = other + part(file.encode(), content, more=more) + b"--b--\r\n"
        yield route.request(kind, value, headers=headers, body=body)


def api_requests(
    document: Mapping[str, Any], user: "Visitor", turns: Iterator[int]
) -> Iterator[Request]:
    """Yield requests for every parameter and body of the API."""
    for template, method, operation in operations(document):
        lists = (path for path in user.known if template.startswith(path))
        identifier = user.known.get(next(lists, ""), "")
        path = PARAMETER.sub(identifier, template)
        route = Route(method, path, user.headers, template)
        yield from path_requests(route, turns)
        yield from query_requests(route, query_names(operation), turns)
        content = operation.get("requestBody", {}).get("content", {})
        if not content and method != "DELETE":  # whose row the others need
            yield route.request(VALID, "")
        for content_type, described in content.items():
            fields = properties(document, described["schema"])
            if content_type == JSON:
                yield from json_requests(route, fields, turns)
            elif content_type == URLENCODED:
                yield from form_requests(route, fields, turns)
            else:
                (file,) = fields
                yield from upload_requests(route, {}, file)
        if content:
            yield from body_requests(route, turns)


# Pages that links and forms lead to.


def browser_headers(browser: Browser, page: Page | None = None) -> dict[str, str]:
    headers = {"Accept": "text/html", "Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
    if browser.cookies:
        pairs = (f"{name}={value}" for name, value in browser.cookies.items())
        headers["Cookie"] = "; ".join(pairs)
    return headers | ({"Referer": page.url} if page else {})


def page_form_requests(
    browser: Browser, page: Page, form: Form, turns: Iterator[int]
) -> Iterator[Request]:
    path = urlsplit(urljoin(page.url, form.element.get("action"))).path
    route = Route("POST", path, browser_headers(browser, page))
    files = [c.get("name") for c in form.controls if c.get("type") == "file"]
    fields = {c.get("name"): EXAMPLES.get(c.get("type"), "1") for c in form.controls}
    fields |= {name: value for name, value in form.values.items() if value}
    fields.pop("", None)
    if files:
        fields.pop(files[0])
        yield from upload_requests(route, fields, files[0])
    else:
        yield from form_requests(route, fields, turns)
    yield from body_requests(route, turns)


def page_requests(
    browser: Browser,
    starts: Iterable[str],
    turns: Iterator[int],
    below: str = "/",
    *,
    admin: str = "",
) -> Iterator[Request]:
    """Yield requests for every link and form that is found below a path.

    admin  the path of an admin. The forms of its lists have the same fields and are
           read with the same code, so only one of them is sent.
    """
    forms: dict[str, tuple[str, Page, Form]] = {}
    tried: set[str] = set()
    kinds: set[str] = set()
    more_names = itertools.cycle(QUERY_NAMES)
    for page in crawl(browser, starts, below):
        path, query = urlsplit(page.url)[2:4]
        route = Route("GET", path, browser_headers(browser))
        yield route.request(VALID, "")
        # Lists that have the same parameters read them with the same code.
        names = {pair.partition("=")[0] for pair in query.split("&") if pair} - tried
        tried |= names
        yield from query_requests(route, sorted(names), turns)
        if (kind := IDENTIFIER.sub("*", path)) not in kinds:
            kinds.add(kind)
            yield from path_requests(route, turns)
        # Parameters that no link has: some for each page.
        values = [*hostile.texts(HEAD_BUDGET // 3)]
        for name in itertools.islice(more_names, 2):
            value = values[next(turns) % len(values)]
            target = f"{path}?{name}={hostile.escape(value)}"
            yield route.request(f"query {name}", value, path=target)
        for form in page.forms:
            if form.element.get("method").lower() == "post":
                action = urlsplit(urljoin(page.url, form.element.get("action"))).path
                if action.startswith(below):
                    kind = IDENTIFIER.sub("*", action)
                    fields = " ".join(sorted(form.values))
                    # With a token alone, the path says what the form does.
                    is_list = admin and kind.startswith(admin) and len(form.values) > 2
                    forms.setdefault(fields if is_list else kind, (kind, page, form))
    # What ends sessions, or hides or deletes what another form is for, comes last.
    is_last = re.compile("block|delete|sign-out")
    for _, page, form in sorted(
        forms.values(), key=lambda each: bool(is_last.search(each[0]))
    ):
        yield from page_form_requests(browser, page, form, turns)


# Headers, cookies and paths, which all routes share.


def header_requests(routes: Sequence[Route], turns: Iterator[int]) -> Iterator[Request]:
    """Yield requests for headers and cookies, for one route after the other."""
    next_route = itertools.cycle(routes)
    for name in HEADERS:
        budget = 4000 if name in SHORT_HEADERS else HEAD_BUDGET - 3000
        for value in hostile.texts(budget, next(turns)):
            headers = {name: without_line_ends(value)}
            yield next(next_route).request(f"header {name}", value, headers=headers)
    for route in routes:
        for name in re.findall(r"([\w-]+)=", route.headers.get("Cookie", "")):
            for value in hostile.texts(4000):
                headers = {"Cookie": f"{name}={without_line_ends(value)}"}
                yield route.request(f"cookie {name}", value, headers=headers)
    root = Route("GET", "/", {})
    for value in hostile.texts(HEAD_BUDGET // 3):
        yield root.request("path", value, path=f"/{hostile.escape(value)}")
        raw = without_line_ends(value).replace(" ", "")[:20_000]
        yield root.request("path, not encoded", value, path=f"/{raw}")
    for method in ("", "get", "TRACE", "CONNECT", "PRI", "A" * 1000, "G\xcbT"):
        yield Route(method, "/", {}).request("method", method)


def without_line_ends(value: str) -> str:
    return re.sub(r"[\0\r\n]", "", value)  # these end a header


def socket_requests(
    headers: Mapping[str, str], turns: Iterator[int]
) -> Iterator[Request]:
    """Yield requests for WebSockets, which OpenAPI does not describe."""
    upgrade = {
        **headers,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    route = Route("GET", "/api/v1/ws", upgrade)
    # uvicorn does not answer a handshake with longer lines.
    budget = SOCKET_BUDGET // 3
    for value in hostile.texts(budget, next(turns)):
        path = f"{route.path}?ticket={hostile.escape(value)}"
        yield route.request("query ticket", value, path=path)
    for name in ("Authorization", "Sec-WebSocket-Key", "Sec-WebSocket-Protocol"):
        for value in hostile.texts(budget, next(turns)):
            sent = {name: without_line_ends(value)}
            yield route.request(f"header {name}", value, headers=sent)


@dataclass
class Visitor:
    """A user with rows, and the headers and browser that show them."""

    headers: dict[str, str]
    browser: Browser | None
    known: dict[str, str]


def visitor(service: Service, *, accounts: bool, pages: bool) -> Visitor:
    if accounts:
        person = Person(service)
        person.register_and_confirm()
        api, browser = (
            person.sign_in_client(),
            person.sign_in_browser() if pages else None,
        )
    else:
        api = Client(service, anonymous=True)
        browser = Browser(Client(service, anonymous=True)) if pages else None
    known = {ITEMS: str(api.create()["id"])}
    if "uploads" in service.project.starter.features:
        sent = api.post(UPLOADS, files={"file": ("a.pdf", PDF, "application/pdf")})
        if sent.status_code == 201:
            known[UPLOADS] = sent.json()["id"]
    if browser and "social" in service.project.starter.features:
        create_network(service, browser)
    names = ("Authorization",)
    headers = {name: api.headers[name] for name in names if name in api.headers}
    return Visitor(headers, browser, known)


def create_network(service: Service, browser: Browser) -> None:
    """Create the profile of the user, and one that has written to the user."""
    user, other = create_profile(browser), join(service)
    user.press(other.path, f"{other.path}/follow")
    other.press(user.path, f"{user.path}/follow")
    other.write_post("Hello")
    other.send_message(user, "Hello")
    user.write_post("Hello")


def emailed_pages(service: Service) -> list[str]:
    """Return pages that only emails lead to."""
    newcomer, forgetful = Person(service), Person(service)
    newcomer.post_auth("register", email=newcomer.email, password=PASSWORD)
    forgetful.register_and_confirm()
    forgetful.post_auth("reset", email=forgetful.email)
    return [
        extract_link(newcomer.wait_for_email()),
        extract_link(forgetful.wait_for_email()),
    ]


def staff_browser(service: Service, database_url: str, path: str) -> Browser:
    email = unique_email()
    settings = {"DATABASE_URL": database_url}
    service.project.poe("create-admin", email, typed=f"{PASSWORD}\n", **settings)
    browser = Browser(Client(service, anonymous=True))
    page = browser.follow(browser.request("GET", path))
    form = page.form("username", "password")
    browser.post(page, form, username=email, password=PASSWORD)
    return browser


def create_report(browser: Browser) -> None:
    page = browser.page(f"{ANALYTICS}reports/new")
    fields = {"name": "Sales", "measure": "sales", "group_by": "month"}
    browser.follow(browser.post(page, page.form("name"), **fields))


def all_requests(
    service: Service, database_url: str, conventions: Conventions
) -> Iterator[Request]:
    features, turns = service.project.starter.features, itertools.count()
    accounts, pages = "accounts" in features, "pages" in features
    user = visitor(service, accounts=accounts, pages=pages)
    with Client(service, anonymous=True) as client:
        document = client.get("/api/openapi.json").json()
    shared = [Route("GET", ITEMS, user.headers)]
    if user.browser:
        shared.append(Route("GET", "/items/", browser_headers(user.browser)))
    yield from header_requests(shared, turns)
    yield from api_requests(document, user, turns)
    if "realtime" in features:
        yield from socket_requests(user.headers, turns)
    if user.browser:
        yield from page_requests(user.browser, ["/"], turns)
    if pages and accounts:
        anonymous = Browser(Client(service, anonymous=True))
        yield from page_requests(anonymous, ["/", *emailed_pages(service)], turns)
    if "admin" in features:
        staff = staff_browser(service, database_url, conventions.admin)
        if "analytics" in features:
            # Separate, since the pages of the admin are as many as a crawl visits.
            create_report(staff)
            yield from page_requests(staff, [ANALYTICS], turns, below=ANALYTICS)
        yield from page_requests(
            staff, [conventions.admin], turns, admin=conventions.admin
        )


@pytest.mark.thorough
@pytest.mark.features("api")
def test_no_hostile_value_makes_a_route_fail(
    project: Project, conventions: Conventions
) -> None:
    database = database_with_members(project)
    with running_service(project, database.url, API_DOCS="true") as service:
        requests = all_requests(service, database.url, conventions)
        failures = [*filter(None, (failure(service, each) for each in requests))]
    assert not failures, f"{len(failures)} failures:\n" + "\n".join(failures[:60])


# The function that reads the settings of each framework's projects.
LOAD_SETTINGS = {
    "django": "from config.environment import load_environment as load_settings",
    "fastapi": "from app.settings import load_settings",
    "flask": "from app.settings import load_settings",
}
SETTINGS_SCRIPT = """
import json, os, sys

settings, names, values = json.load(sys.stdin)
for name in names:
    for value in values:
        os.environ.clear()
        os.environ.update(settings)
        try:
            os.environ[name] = value
        except (ValueError, UnicodeEncodeError):
            continue  # no process can have this value
        try:
            load_settings().model_dump_json()  # fails for text that is not valid
        except SystemExit as refusal:
            text = str(refusal.code)
            if "\\n" in text or not text.endswith(".") or "swordfish" in text:
                print(name, ascii(value[:60]), ascii(text[:300]))
        except Exception as error:
            print(name, ascii(value[:60]), repr(error)[:300])
"""


@pytest.mark.thorough
def test_an_invalid_setting_is_refused_in_one_sentence(
    project: Project, tmp_path: Path
) -> None:
    settings = project.production_settings("sqlite:////nowhere/service.sqlite3")
    example = (project.directory / ".env.example").read_text("utf-8")
    names = {*re.findall(r"^# ([A-Z_]+)=", example, re.MULTILINE)}
    names |= settings.keys() - project.system_settings().keys()
    names |= {f"{name}_FILE" for name in ("SECRET_KEY", "DATABASE_URL")}
    prefixes = ["", "smtp://", "redis://", "sqlite:///", "postgresql://u:"]
    values = [*hostile.texts(100_000), "a\udcff" * 40, ",", "[::1", "1.2.3.4/99"]
    values += [
        f"{prefix}{hostile.SECRET_WORD}{value}"
        for prefix in prefixes
        for value in ("\udcff", "@[::1", ":99999999", "#", "\u2488.example", "@h:port")
    ]
    script = LOAD_SETTINGS[project.starter.framework] + SETTINGS_SCRIPT
    command = [project.python, "-c", script]
    typed = json.dumps([settings, sorted(names), values])
    environment = project.system_settings() | {"PYTHONPATH": str(project.directory)}
    # Elsewhere, since some values are names of directories to create.
    assert not run(command, tmp_path, environment, typed=typed)
