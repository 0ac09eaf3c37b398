"""Hostile values in every input of every route are no reason to fail.

Run it by hand: `pytest tests/contract/fuzz.py`. It is not in the suite yet, because the
admin of the FastAPI starter answers a file in a form that has no file field with 500.
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
    AUTH,
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
    extract_link,
    media_type,
    parse_page,
    unique_email,
    unique_ip_address,
)
from tests.contract.differences import Conventions
from tests.starters.harness import HOST, Project, Service, run, running_service

HEAD_BUDGET = 60_000  # servers accept 64 KiB of headers and as much of a URL
BODY_BUDGET = MEBIBYTE - 5000
SOCKET_BUDGET = 8000
MAX_PAGES = 80
VALID = "valid"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PARAMETER = re.compile(r"\{\w+\}")
IDENTIFIER = re.compile(rf"{UUID}|(?<=/)[0-9]+(?=/|$)")
QUERY_NAMES = ("page", "next", "token", "search", "sortBy", "sort", "pageSize", "pks")
HEADERS = (
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
    part(b"file", GIF, more=b'; filename="a.gif"'),
    part(b"file", b"", more=b'; filename=""') + b"--b--\r\n",
    part(b"file", GIF, more=b'; filename="a.gif"\r\nContent-Type: \xff; charset=\xff')
    + b"--b--\r\n",
    part(b"file", GIF, more=b'; filename="a.gif"\r\nContent-Transfer-Encoding: base64')
    + b"--b--\r\n",
    part(b"file", GIF, more=b'; filename="a.gif"') * 2 + b"--b--\r\n",
    part(b"a", b"") * (BODY_BUDGET // 60) + b"--b--\r\n",
    part(b"a", b"", more=b'; filename="a"') * (BODY_BUDGET // 80) + b"--b--\r\n",
)
FILES = (
    GIF,
    b"GIF89a\xff\xff\xff\xff\xff\xff\xff",
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x89PNG\r\n\x1a\n\x7f\xff\xff\xffiTXt",
    b"\xff\xd8\xff\xe1\xff\xffExif\0\0MM\0*\xff\xff\xff\xff",
    b"%PDF-1.7\n" + b"[" * (BODY_BUDGET - 1000),
    b"\0" * (BODY_BUDGET - 1000),
)


@dataclass(frozen=True)
class Request:
    """A request whose description says which input is hostile."""

    description: str
    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

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


def failure(service: Service, request: Request) -> str:
    """Send a request; return what is wrong with the answer, or nothing."""
    data, received, sent = request.encode(), b"", False
    address = ("127.0.0.1", service.port)
    try:
        with socket.create_connection(address, timeout=30) as connection:
            # A body that is refused early is not read to its end.
            with contextlib.suppress(ConnectionError):
                connection.sendall(data)
                sent = True
            with contextlib.suppress(ConnectionError):
                while b"\r\n\r\n" not in received and (more := connection.recv(4096)):
                    received += more
    except TimeoutError:
        return f"{request.description}: no answer"
    status = re.match(rb"HTTP/1\.\d (\d+)", received)
    if status and int(status[1]) < 500:
        return ""
    if not received and not sent:
        return ""
    start = data[:300].split(b"\r\n", 1)[0]
    return f"{request.description}: {start!r} was answered with {received[:300]!r}"


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


def fill(placeholder: re.Pattern[str], path: str, value: str) -> str:
    return placeholder.sub(value, path)  # escaped values have no backslash


def body_requests(
    label: str, method: str, target: str, headers: Mapping[str, str], turn: int
) -> Iterator[Request]:
    """Yield bodies that are hostile as a whole, in every type.

    Routes share what reads bodies: each gets every third one, in turn.
    """
    bodies = [
        *((JSON, body) for body in hostile.json_documents(BODY_BUDGET)),
        *((URLENCODED, body) for body in FORMS),
        *((MULTIPART, body) for body in PARTS),
        *((type_, b'{"a": "\xff"}') for type_ in CONTENT_TYPES),
        *((type_, part(b"a", b"\xff") + b"--b--\r\n") for type_ in CONTENT_TYPES),
    ]
    for number, (content_type, body) in enumerate(bodies[turn % 3 :: 3]):
        sent = {**headers, "Content-Type": content_type}
        yield Request(f"{label}, body {number}", method, target, sent, body)


def json_requests(
    label: str,
    method: str,
    target: str,
    headers: Mapping[str, str],
    fields: Mapping[str, object],
) -> Iterator[Request]:
    sent = {**headers, "Content-Type": JSON}
    valid = json.dumps(fields).encode()
    yield Request(f"{label}, {VALID}", method, target, sent, valid)
    for name in fields:
        rest = {key: value for key, value in fields.items() if key != name}
        before = json.dumps(rest)[:-1] + (", " if rest else "")
        for value in hostile.json_values(BODY_BUDGET):
            body = f'{before}"{name}": '.encode() + value + b"}"
            yield Request(f"{label}, {name} in JSON", method, target, sent, body)


def encode_form(fields: Mapping[str, object]) -> bytes:
    pairs = (
        f"{hostile.escape(name)}={hostile.escape(str(value))}"
        for name, value in fields.items()
    )
    return "&".join(pairs).encode()


def form_requests(
    label: str,
    target: str,
    headers: Mapping[str, str],
    fields: Mapping[str, object],
    names: Iterable[str],
) -> Iterator[Request]:
    sent = {**headers, "Content-Type": URLENCODED}
    for name in names:
        valid = encode_form(fields)
        yield Request(f"{label}, {VALID}", "POST", target, sent, valid)
        for value in hostile.texts(BODY_BUDGET // 3 - 1000):
            body = encode_form({**fields, name: value})
            yield Request(f"{label}, field {name}", "POST", target, sent, body)


def upload_requests(
    label: str,
    target: str,
    headers: Mapping[str, str],
    fields: Mapping[str, object],
    file: str,
) -> Iterator[Request]:
    other = b"".join(
        part(name.encode(), str(value).encode()) for name, value in fields.items()
    )
    names = [
        text.encode("utf-8", "surrogatepass") for text in hostile.texts(HEAD_BUDGET)
    ]
    contents = [(VALID, b"a.gif", GIF)]
    contents += [(f"file {file}", name, GIF) for name in names]
    contents += [(f"file {file}", b"a.gif", content) for content in FILES]
    sent = {**headers, "Content-Type": MULTIPART}
    for kind, name, content in contents:
        more = b'; filename="' + name + b'"'
        body = other + part(file.encode(), content, more=more) + b"--b--\r\n"
        yield Request(f"{label}, {kind}", "POST", target, sent, body)


def operations(
    document: Mapping[str, Any],
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def api_requests(
    document: Mapping[str, Any], headers: Mapping[str, str], known: Mapping[str, str]
) -> Iterator[Request]:
    """Yield requests for every parameter and body of the API.

    known   ids of rows that exist, by the path of their list
    """
    for turn, (path, method, operation) in enumerate(operations(document)):
        label = f"{method} {path}"
        identifier = next((known[each] for each in known if path.startswith(each)), "")
        target = fill(PARAMETER, path, identifier)
        for value in hostile.texts(HEAD_BUDGET // 3):
            text = hostile.escape(value)
            if "{" in path:
                filled = fill(PARAMETER, path, text)
                yield Request(f"{label}, path", method, filled, headers)
            for name in query_names(operation):
                query = f"{target}?{name}={text}"
                yield Request(f"{label}, query {name}", method, query, headers)
        content = operation.get("requestBody", {}).get("content", {})
        # Deleting would remove the row that the other requests need.
        if not content and method != "DELETE":
            yield Request(f"{label}, {VALID}", method, target, headers)
        for content_type, described in content.items():
            fields = properties(document, described["schema"])
            if content_type == JSON:
                yield from json_requests(label, method, target, headers, fields)
            elif content_type == URLENCODED:
                yield from form_requests(label, target, headers, fields, fields)
            else:
                (file,) = fields
                yield from upload_requests(label, target, headers, {}, file)
        if content:
            yield from body_requests(label, method, target, headers, turn)


# Pages that links and forms lead to.


def pattern(address: str) -> tuple[str, ...]:
    parts = urlsplit(address)
    names = sorted(pair.partition("=")[0] for pair in parts.query.split("&"))
    return IDENTIFIER.sub("*", parts.path), *names


def crawl(browser: Browser, starts: Iterable[str]) -> list[Page]:
    """Return one page of each kind that links lead to."""
    waiting = [ORIGIN + start for start in starts]
    seen: set[tuple[str, ...]] = set()
    pages: list[Page] = []
    while waiting and len(pages) < MAX_PAGES:
        address = waiting.pop(0)
        parts = urlsplit(address)
        if parts.netloc != HOST or pattern(address) in seen or "log" in parts.path:
            continue
        seen.add(pattern(address))
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if parts.path.endswith("/events"):
            continue
        response = browser.request("GET", path)
        if response.status_code in {302, 303}:
            waiting.append(urljoin(address, response.headers["location"]))
        elif response.status_code == 200 and media_type(response) == "text/html":
            page = parse_page(response)
            pages.append(page)
            waiting += page.links()
    return pages


def browser_headers(browser: Browser, page: Page | None = None) -> dict[str, str]:
    headers = {"Accept": "text/html", "Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
    if browser.cookies:
        pairs = (f"{name}={value}" for name, value in browser.cookies.items())
        headers["Cookie"] = "; ".join(pairs)
    return headers | ({"Referer": page.url} if page else {})


def page_form_requests(
    browser: Browser, page: Page, form: Form, turn: int
) -> Iterator[Request]:
    target = urlsplit(urljoin(page.url, form.element.get("action"))).path
    headers, label = browser_headers(browser, page), f"form {target}"
    files = [c.get("name") for c in form.controls if c.get("type") == "file"]
    names = [c.get("name") for c in form.controls if c.get("name")]
    fields = {name: value for name, value in form.values.items() if name not in files}
    if files:
        yield from upload_requests(label, target, headers, fields, files[0])
    else:
        yield from form_requests(label, target, headers, fields, dict.fromkeys(names))
    yield from body_requests(label, "POST", target, headers, turn)


def page_requests(browser: Browser, starts: Iterable[str]) -> Iterator[Request]:
    """Yield requests for every link and form that is found."""
    forms: dict[tuple[str, ...], tuple[Page, Form]] = {}
    tried: set[str] = set()
    for number, page in enumerate(crawl(browser, starts)):
        path, query = urlsplit(page.url)[2:4]
        headers, label = browser_headers(browser), f"page {path}"
        yield Request(f"{label}, {VALID}", "GET", path, headers)
        used = {pair.partition("=")[0] for pair in query.split("&") if pair}
        texts = [hostile.escape(text) for text in hostile.texts(HEAD_BUDGET // 3)]
        # Lists that have the same parameters read them with the same code.
        for name, text in itertools.product(sorted(used - tried), texts):
            target = f"{path}?{name}={text}"
            yield Request(f"{label}, query {name}", "GET", target, headers)
        tried |= used
        # Other values for each page, since many pages have the same parameters.
        for name, text in zip(
            itertools.cycle(QUERY_NAMES), texts[number % 3 :: 3], strict=False
        ):
            target = f"{path}?{name}={text}"
            yield Request(f"{label}, query {name}", "GET", target, headers)
            if IDENTIFIER.search(path):
                target = fill(IDENTIFIER, path, text)
                yield Request(f"{label}, path", "GET", target, headers)
        for form in page.forms:
            if form.element.get("method").lower() == "post":
                action = urljoin(page.url, form.element.get("action"))
                forms.setdefault(pattern(action), (page, form))
    # Forms without visible fields come last: some of them end the session.
    last = sorted(forms.values(), key=lambda pair: not pair[1].values)
    for turn, (page, form) in enumerate(last):
        yield from page_form_requests(browser, page, form, turn)


# Headers, cookies and paths, which all routes share.


def header_requests(
    targets: Sequence[tuple[str, Mapping[str, str]]],
) -> Iterator[Request]:
    """Yield requests for headers and cookies, for one target after the other."""
    turns = itertools.cycle(targets)
    for value in hostile.texts(HEAD_BUDGET - 3000):
        clean = re.sub(r"[\0\r\n]", "", value)  # these end a header
        for name in HEADERS:
            target, headers = next(turns)
            sent = {**headers, name: clean}
            yield Request(f"{target}, header {name}", "GET", target, sent)
    for value in hostile.texts(4000):
        clean = re.sub(r"[\0\r\n]", "", value)
        for name in ("Host", "Content-Length", "Transfer-Encoding", "Upgrade"):
            target, headers = next(turns)
            sent = {**headers, name: clean}
            yield Request(f"{target}, header {name}", "GET", target, sent)
        for target, headers in targets:
            for name in re.findall(r"([\w-]+)=", headers.get("Cookie", "")):
                sent = {**headers, "Cookie": f"{name}={clean}"}
                yield Request(f"{target}, cookie {name}", "GET", target, sent)
    for value in hostile.texts(HEAD_BUDGET // 3):
        yield Request("any path", "GET", f"/{hostile.escape(value)}")
        raw = re.sub(r"[\0\r\n ]", "", value)
        yield Request("any path, not encoded", "GET", f"/{raw[:20_000]}")
    for method in ("", "get", "TRACE", "CONNECT", "PRI", "A" * 1000, "G\xcbT"):
        yield Request("any method", method, "/")


def socket_requests(headers: Mapping[str, str]) -> Iterator[Request]:
    """Yield requests for WebSockets, which OpenAPI does not describe."""
    upgrade = {
        **headers,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    # uvicorn does not answer a handshake with longer lines.
    for value in hostile.texts(SOCKET_BUDGET // 3):
        target = f"/api/v1/ws?ticket={hostile.escape(value)}"
        yield Request("WebSocket, query ticket", "GET", target, upgrade)
        clean = re.sub(r"[\0\r\n]", "", value)
        for name in ("Authorization", "Sec-WebSocket-Key", "Sec-WebSocket-Protocol"):
            sent = {**upgrade, name: clean}
            yield Request(f"WebSocket, {name}", "GET", "/api/v1/ws", sent)


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
        sent = api.post(UPLOADS, files={"file": ("a.gif", GIF, "image/gif")})
        if sent.status_code == 201:
            known[UPLOADS] = sent.json()["id"]
    names = ("Authorization",)
    headers = {name: api.headers[name] for name in names if name in api.headers}
    return Visitor(headers, browser, known)


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


def all_requests(
    service: Service, database_url: str, conventions: Conventions
) -> Iterator[Request]:
    features = service.project.starter.features
    accounts, pages = "accounts" in features, "pages" in features
    user = visitor(service, accounts=accounts, pages=pages)
    with Client(service, anonymous=True) as client:
        document = client.get("/api/openapi.json").json()
    shared = [(ITEMS, user.headers)]
    if user.browser:
        shared.append(("/items/", browser_headers(user.browser)))
    yield from header_requests(shared)
    yield from api_requests(document, user.headers, user.known)
    if "realtime" in features:
        yield from socket_requests(user.headers)
    if user.browser:
        yield from page_requests(user.browser, ["/"])
    if pages and accounts:
        anonymous = Browser(Client(service, anonymous=True))
        yield from page_requests(anonymous, ["/", *emailed_pages(service)])
    if "admin" in features:
        staff = staff_browser(service, database_url, conventions.admin)
        yield from page_requests(staff, [conventions.admin])


@pytest.mark.features("api")
def test_no_hostile_value_makes_a_route_fail(
    project: Project, conventions: Conventions
) -> None:
    database = project.new_database()
    with running_service(project, database.url, API_DOCS="true") as service:
        failures, count = [], 0
        for request in all_requests(service, database.url, conventions):
            count += 1
            if found := failure(service, request):
                failures.append(found)
        output = service.output
    assert not failures, f"{len(failures)} of {count}:\n" + "\n".join(failures[:60])
    assert f"{AUTH}/" in output or "accounts" not in project.starter.features


SETTINGS_SCRIPT = """
import json, os, sys
from app.settings import load_settings

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


@pytest.mark.features("accounts")
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
    command = [project.python, "-c", SETTINGS_SCRIPT]
    typed = json.dumps([settings, sorted(names), values])
    environment = project.system_settings() | {"PYTHONPATH": str(project.directory)}
    # Elsewhere, since some values are names of directories to create.
    assert not run(command, tmp_path, environment, typed=typed)
